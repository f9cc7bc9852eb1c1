//! Writes the seed corpora and dictionaries of `fuzz/` anew.

use std::path::Path;
use std::{fs, io};

use oss403_fuzz_oracles::seeds::{fuzz_dir, generate, is_generated};

fn main() -> io::Result<()> {
    let folder = fuzz_dir();
    remove_old(&folder.join("corpus"))?;
    let files = generate();
    for (path, content) in &files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, content)?;
    }
    println!("{} files", files.len());
    Ok(())
}

fn remove_old(corpus: &Path) -> io::Result<()> {
    if !corpus.exists() {
        return Ok(());
    }
    for target in fs::read_dir(corpus)? {
        for seed in fs::read_dir(target?.path())? {
            let seed = seed?;
            if is_generated(&seed.file_name().to_string_lossy()) {
                fs::remove_file(seed.path())?;
            }
        }
    }
    Ok(())
}
