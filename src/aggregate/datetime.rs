//! Times as the Hub's statistics write them: seconds after the first one of a column, shown as Python shows them.

const DAY: i128 = 86_400;

/// The times of a column.
pub(super) struct Clock {
    /// How many units a second has; negative: how many seconds a unit has.
    pub(super) unit: i128,
    /// The first of the times, in units since 1970.
    pub(super) first: i128,
}

impl Clock {
    /// The whole seconds from the first time to this one.
    pub(super) fn seconds(&self, key: i128) -> i128 {
        let since = key - self.first;
        if self.unit < 0 { since * -self.unit } else { since / self.unit }
    }

    /// The first time that is so many seconds after the first one.
    pub(super) fn key(&self, seconds: i128) -> i128 {
        // Of days, an edge within one counts from the next day on.
        self.first + if self.unit < 0 { (seconds - self.unit - 1) / -self.unit } else { seconds * self.unit }
    }

    /// The seconds from the first time to a mean of times.
    pub(super) fn seconds_of(&self, mean: f64) -> f64 {
        self.scaled(mean - self.first as f64)
    }

    /// A number of units as seconds.
    pub(super) fn scaled(&self, units: f64) -> f64 {
        if self.unit < 0 { units * -self.unit as f64 } else { units / self.unit as f64 }
    }

    /// The time so many seconds after the first one, as `2024-01-31 12:30:00`, in UTC.
    pub(super) fn text(&self, seconds: f64) -> String {
        let micros = if self.unit < 0 {
            self.first * -self.unit * 1_000_000
        } else {
            (self.first * 1_000_000).div_euclid(self.unit)
        };
        let micros = micros + (seconds * 1e6).round_ties_even() as i128;
        let seconds = micros.div_euclid(1_000_000);
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let time = seconds.rem_euclid(DAY);
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60)
    }
}

/// Seconds as Python's `str(timedelta)`: `1 day, 2:03:04.500000`.
pub(super) fn time_delta(seconds: f64) -> String {
    let micros = (seconds * 1e6).round_ties_even() as i128;
    let (days, rest) = (micros.div_euclid(DAY * 1_000_000), micros.rem_euclid(DAY * 1_000_000));
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let days = match days {
        0 => String::new(),
        1 | -1 => format!("{days} day, "),
        _ => format!("{days} days, "),
    };
    let micros = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{days}{}:{:02}:{:02}{micros}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar (Howard Hinnant's `civil_from_days`).
fn civil(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}
