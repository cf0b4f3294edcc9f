//! What only data files of an app name is packed, if the app opens them by name.

use crate::common::{World, any_python};

/// A world with an app that has one data file. A pickle is the instruction `GLOBAL`, then `STOP`.
fn world(file: &str, content: &str, main: &str) -> World {
    let world = World::empty();
    world.write(
        "profile.yaml",
        "extends: [native]\noutput: {compress: []}\n",
    );
    world.write("app/__main__.py", main);
    world.write(&format!("app/{file}"), content);
    world
}

/// Packs the app. Returns whether a module is in the bundle.
#[track_caller]
fn has(world: &World, module: &str) -> bool {
    let python = any_python();
    let flags = ["--profile", "profile.yaml", "--app", "app"];
    let flags = [&flags[..], &["--build-python", &python.path]].concat();
    world.run(&flags).exits(0);
    let receipt = world.json(&format!("dist/{}.json", python.stem()));
    receipt["kept"].get(module).is_some()
}

#[test]
fn pickles_pages_catalogs_and_configurations_name_modules() {
    let opened = |file: &str| format!("print(open('data/{file}', 'rb').read())\n");
    let koi8_r = "encodings.koi8_r";
    for (file, content, module) in [
        ("model.pkl", "cfractions\nFraction\n.", "fractions"),
        ("page.html", "<meta charset=\"KOI8-R\">", koi8_r),
        (
            "feed.xml",
            "<?xml version='1.0' encoding='KOI8-R'?>",
            koi8_r,
        ),
        ("mail.eml", "Subject: =?koi8-r?B?8NLJ18XU?=\n", koi8_r),
        (
            "ru.po",
            "\"Content-Type: text/plain; charset=KOI8-R\\n\"\n",
            koi8_r,
        ),
        (
            "log.ini",
            "class = logging.handlers.SMTPHandler\n",
            "logging.handlers",
        ),
    ] {
        let world = world(&format!("data/{file}"), content, &opened(file));
        assert!(has(&world, module), "{file}");
        // Another content has another answer, although no source has changed.
        world.write(&format!("app/data/{file}"), "");
        assert!(!has(&world, module), "{file}");
    }
}

#[test]
fn files_that_the_app_does_not_open_are_samples() {
    let world = world(
        "samples/page.html",
        "<meta charset=\"koi8-r\">",
        "print('page.txt')\n",
    );
    assert!(!has(&world, "encodings.koi8_r"));
}

/// A catalog is found by its folder and domain, and never by its file name.
#[test]
fn catalogs_count_without_their_names() {
    let world = world(
        "locale/ru/LC_MESSAGES/app.mo",
        "\0Content-Type: text/plain; charset=koi8-r\n\0",
        "import gettext\ngettext.translation('app', 'locale')\n",
    );
    assert!(has(&world, "encodings.koi8_r"));
}
