use super::*;

/// The texts of a page, without that which starts PyScript.
fn texts(page: &str) -> Vec<(u32, String)> {
    let texts = read_page(page).texts.into_iter();
    let texts = texts.filter(|text| text.code != STARTS_PYSCRIPT);
    texts
        .map(|text| (text.places[0].line, text.code.trim().to_owned()))
        .collect()
}

#[test]
fn python_of_scripts_and_elements_is_read() {
    let page = "<!doctype html>\n<title><script>x</title>\n\
        <script type=\"py\">\nimport json\nif 1 < 2: pass\n</script>\n\
        <script type='text/python' src='main.py'>import ignored</script>\n\
        <py-script>\nimport re\n1 &lt; 2\n</py-script>\n\
        <!-- <script type=py>import not_this</script> -->\n\
        <textarea><script type=py>import nor_this</script></textarea>\n\
        <script type=mpy worker config='{\"files\": {\"./a.py\": \"\"}}'>import os";
    assert_eq!(
        texts(page),
        [
            (3, "import json\nif 1 < 2: pass".to_owned()),
            (8, "import re\n1 < 2".to_owned()),
            (14, "import os".to_owned())
        ]
    );
    let references: Vec<_> = read_page(page)
        .references
        .into_iter()
        .map(|reference| (reference.address, reference.kind, reference.line))
        .collect();
    assert_eq!(
        references,
        [
            ("main.py".to_owned(), ReferenceKind::Python, 7),
            (
                "./a.py".to_owned(),
                ReferenceKind::Copied("a.py".to_owned()),
                14
            )
        ]
    );
}

#[test]
fn files_of_stlite_are_modules() {
    let page = "<streamlit-app><app-file name=app.py entrypoint>\nimport lib\n</app-file>\
        <app-file name=lib.py>\nimport json</app-file><app-file name=a.csv>x</app-file></streamlit-app>";
    let document = read_page(page);
    assert_eq!(texts(page), [(1, "import lib".to_owned())]);
    assert_eq!(document.modules[0].0, "lib.py");
    assert_eq!(document.modules.len(), 1);
}

#[test]
fn what_pyscript_and_stlite_run_themselves_is_known() {
    let implied = |page: &str| -> Vec<String> {
        let texts = read_page(page).texts.into_iter();
        texts.map(|text| text.code).collect()
    };
    let started = format!("{STARTS_PYSCRIPT}|1|1");
    for page in [
        "<script type=py>1</script><script type=py>1</script>",
        "<py-script>1</py-script><script type=py>1</script>",
    ] {
        assert_eq!(implied(page).join("|"), started);
    }
    assert_eq!(implied("<script type=mpy>1</script>"), ["1"]);
    let editor = read_page("<script type='py-editor'>1</script>");
    assert_eq!(editor.computed, [1]);
    let stlite = "<streamlit-app><app-requirements>\npandas\n</app-requirements></streamlit-app>";
    assert!(implied(stlite).contains(&INSTALLS_PACKAGES.to_owned()));
}

#[test]
fn notebooks_of_marimo_are_read() {
    let page = "<marimo-code hidden=\"\">import%20marimo%0Aimport%20json</marimo-code>\n\
        <marimo-cell-code hidden>import%20re%0A</marimo-cell-code><marimo-cell-code hidden></marimo-cell-code>";
    assert_eq!(
        texts(page),
        [
            (1, STARTS_MARIMO.to_owned()),
            (1, "import marimo\nimport json".to_owned()),
            (2, "import re".to_owned())
        ]
    );
}

#[test]
fn python_in_inline_javascript_is_read() {
    let page = "<script>\n\nrunPython(`\nimport json\n`)\n</script>";
    assert_eq!(texts(page), [(3, "import json".to_owned())]);
}
