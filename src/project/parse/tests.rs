use super::*;

fn errors(text: &str) -> Vec<(String, Option<(usize, usize)>)> {
    errors_in("p.yaml", text)
}

fn errors_in(label: &str, text: &str) -> Vec<(String, Option<(usize, usize)>)> {
    let errors = parse_project(label, Path::new(""), text).unwrap_err();
    let position = |error: &Diagnostic| match &error.location {
        Some(crate::diagnostic::Location::Source(provenance)) => provenance.line_and_column(),
        _ => None,
    };
    let errors = errors.iter();
    errors
        .map(|error| (error.message.clone(), position(error)))
        .collect()
}

#[test]
fn paths_are_relative_to_the_project() {
    let text = "bundles:\n  web:\n    profile: browser-minimal\n    app: [a.py, b]\n    \
                build-python: bin/python -X utf8\n  node: {profile: p.yaml, build-python: python3.13, out: o}\n";
    let bundles = parse_project("x/p.yaml", Path::new("x"), text).unwrap();
    let web = &bundles["web"];
    assert_eq!(web.options.apps, [Path::new("x/a.py"), Path::new("x/b")]);
    let python = |name: &str| bundles[name].options.inputs.build_python.clone().unwrap();
    assert_eq!(python("web"), "x/bin/python -X utf8");
    assert_eq!(python("node"), "python3.13");
    assert_eq!(web.out, Path::new("x/dist/web"));
    assert_eq!(bundles["node"].out, Path::new("x/o"));
}

#[test]
fn errors_have_line_and_column() {
    let unknown = errors("bundles:\n  web:\n    profile: wasm\n    budgett: 3 KB\n");
    assert_eq!(
        unknown,
        [("unknown key 'budgett'".to_owned(), Some((4, 5)))]
    );
    let sizes = errors("bundles:\n  web:\n    profile: wasm\n    budget: x--y\n");
    assert_eq!(sizes.len(), 1, "{sizes:?}");
    assert!(sizes[0].0.contains("x--y"), "{sizes:?}");
    assert_eq!(sizes[0].1, Some((4, 13)));
    assert_eq!(errors("bundles: {}\n")[0].0, "the project names no bundles");
    for key in ["app", "depfile", "check-against"] {
        let text = format!("bundles:\n  web:\n    profile: wasm\n    {key}: ''\n");
        let empty = errors(&text);
        assert!(empty[0].0.contains("this path is empty"), "{empty:?}");
        assert_eq!(empty[0].1.map(|(line, _)| line), Some(4), "{key}");
    }
    let name = errors("bundles:\n  ../up: {profile: wasm}\n");
    assert!(name[0].0.starts_with("'../up'"), "{name:?}");
}

#[test]
fn toml_has_the_same_keys() {
    let yaml =
        "bundles:\n  web: {profile: wasm, app: a.py, exclude: [ssl, csv], budget: 3 KB, jobs: 2}\n";
    let toml = "[tool.stdlib-pack.bundles.web]\nprofile = 'wasm'\napp = 'a.py'\n\
                exclude = ['ssl', 'csv']\nbudget = '3 KB'\njobs = 2\n";
    let yaml = parse_project("x/p.yaml", Path::new("x"), yaml).unwrap();
    let toml = parse_project("x/p.toml", Path::new("x"), toml).unwrap();
    let values = |bundle: &ProjectBundle| {
        let options = &bundle.options;
        let overrides = &options.overrides;
        let exclude = overrides.exclude.iter().map(|name| name.value.clone());
        let exclude: Vec<String> = exclude.collect();
        let profile = options.profile.value.clone();
        (
            profile,
            options.apps.clone(),
            exclude,
            overrides.budget,
            options.workers,
        )
    };
    assert_eq!(values(&yaml["web"]), values(&toml["web"]));
}

#[test]
fn errors_in_toml_have_line_and_column() {
    let of = |text: &str| {
        let text = format!("[project]\nname = 'x'\n{text}");
        errors_in("pyproject.toml", &text).remove(0)
    };
    let web = "[tool.stdlib-pack.bundles.web]\nprofile = 'wasm'\n";
    let unknown = of(&format!("{web}budgett = '3 KB'\n"));
    assert_eq!(unknown, ("unknown key 'budgett'".to_owned(), Some((5, 1))));
    let (message, place) = of(&format!("{web}budget = 'x--y'\n"));
    assert!(message.contains("x--y"), "{message}");
    assert_eq!(place, Some((5, 10)));
    let jobs = of(&format!("{web}jobs = 5000\n"));
    assert_eq!(jobs.1, Some((5, 8)));
    let missing = of("[tool.stdlib-pack.bundles.web]\napp = 'a.py'\n");
    assert_eq!(missing.0, "the key 'profile' is missing");
    assert_eq!(missing.1, Some((4, 1)));
    assert_eq!(of(&format!("{web}profile = 'a'\n")).1, Some((5, 1)));
    assert_eq!(of("").0, "there is no [tool.stdlib-pack]");
}
