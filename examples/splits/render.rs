//! A layout as JSON, in the shape of the test cases.

use hubframe::frame::{ConfigTable, LayoutTable};
use serde_json::{Value, json};

/// `{"builder", "default_config", "configs": [{"config_name", "default", "splits": [{"split", "files"}]}]}`, or the error of
/// the first config that cannot be loaded: whoever wrote the cases loaded all configs.
pub(crate) fn layout(layout: &LayoutTable) -> Value {
    if let Some(problem) = layout.configs.iter().find_map(|config| config.problem.as_ref()) {
        return error("invalid", problem);
    }
    let paths: Vec<&str> = layout.paths.split_terminator('\0').collect();
    let configs: Vec<Value> = layout.configs.iter().map(|one| config(one, &paths)).collect();
    json!({ "builder": layout.builder, "default_config": layout.default_config, "configs": configs })
}

/// `{"error": {"kind", "message"}}`.
pub(crate) fn error(kind: &str, message: &str) -> Value {
    json!({ "error": { "kind": kind, "message": message } })
}

fn config(config: &ConfigTable, paths: &[&str]) -> Value {
    let splits = config.splits.iter().map(|split| {
        let files = split.files.iter().filter_map(|&file| paths.get(file));
        json!({ "split": split.name, "files": files.collect::<Vec<_>>() })
    });
    let mut json = json!({
        "config_name": config.name,
        "default": config.is_default,
        "splits": splits.collect::<Vec<_>>(),
    });
    if let (Some(names), Some(object)) = (&config.declared_splits, json.as_object_mut()) {
        object.insert("split_names".to_owned(), json!(names));
    }
    json
}
