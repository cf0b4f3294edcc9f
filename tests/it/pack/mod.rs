//! Packing: what goes into a bundle, and that it works.

mod app;
mod app_zip;
mod artifacts;
mod dependency;
mod documents;
mod every_python;
mod flags;
mod installed;
mod named_in_data;
mod native_run;
mod output_text;
mod source;
mod started;
mod stubs;
mod tracebacks;
mod unneeded;
mod unseen;
