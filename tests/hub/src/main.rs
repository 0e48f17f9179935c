//! The local Hub as a program: `hubframe-hub [--data DIR]... [--port N] [--storage-port N] [--control-port N]`.
//!
//! When it takes connections it prints one line of JSON, `{"hub": …, "storage": …, "control": …}`, and runs
//! until it is killed or its standard input, if that is a pipe, is closed.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use hubframe_hub::{Hub, HubBuilder, RunningHub};

const USAGE: &str = "usage: hubframe-hub [--data DIR]... [--port N] [--storage-port N] [--control-port N]
                    [--exit-with-stdin]

A port of 0, the default, is any free one. --exit-with-stdin ends the Hub when its standard input is closed,
so that it does not outlive the program that started it.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to report a closed standard error.
            let _ = writeln!(io::stderr(), "hubframe-hub: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let (builder, exit_with_stdin) = arguments(std::env::args().skip(1))?;
    let hub = builder.start()?;
    announce(&hub)?;
    if exit_with_stdin {
        io::copy(&mut io::stdin().lock().take(u64::MAX), &mut io::sink())?;
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}

fn announce(hub: &RunningHub) -> io::Result<()> {
    let (endpoint, storage, control) = (hub.endpoint(), hub.storage(), hub.control());
    let mut out = io::stdout().lock();
    writeln!(out, "{{\"hub\":\"{endpoint}\",\"storage\":\"{storage}\",\"control\":\"{control}\"}}")?;
    out.flush()
}

fn arguments(mut words: impl Iterator<Item = String>) -> io::Result<(HubBuilder, bool)> {
    let mut builder = Hub::builder();
    let (mut ports, mut exit_with_stdin) = ([0; 3], false);
    let usage = |text: String| io::Error::new(io::ErrorKind::InvalidInput, format!("{text}\n{USAGE}"));
    while let Some(word) = words.next() {
        if word == "--exit-with-stdin" {
            exit_with_stdin = true;
            continue;
        }
        let value = words.next().ok_or_else(|| usage(format!("{word} wants a value, or is unknown")))?;
        let port = || value.parse::<u16>().map_err(|_| usage(format!("{value:?} is not a port")));
        match word.as_str() {
            "--data" => builder = builder.data(value),
            "--port" => ports[0] = port()?,
            "--storage-port" => ports[1] = port()?,
            "--control-port" => ports[2] = port()?,
            _ => return Err(usage(format!("{word} is unknown"))),
        }
    }
    let [hub, storage, control] = ports;
    Ok((builder.ports(hub, storage, control), exit_with_stdin))
}
