//! Lessons and the reference are embedded by include_dir, which notices a changed file but not a new one.

fn main() {
    println!("cargo:rerun-if-changed=lessons");
}
