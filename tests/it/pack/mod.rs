//! Packing: what goes into a bundle, and that it works.

mod app;
mod every_python;
mod flags;
mod forms;
mod native_run;
mod output_text;
mod source;
mod started;
mod stubs;
mod unneeded;
