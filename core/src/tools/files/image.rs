//! An image as the model gets it.

use std::io::Read;
use std::path::Path;

use crate::base::image::data_url;
use crate::tools::files::open::{failed, open};

/// Larger files are not shown.
const LARGEST: u64 = 10 * 1024 * 1024;

/// A data URL.
pub fn read(path: &Path) -> Result<String, String> {
    let file = open(path)?;
    let cannot = |why: &str| format!("`{}` cannot be shown as an image: {why}", path.display());
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(cannot(&format!("it is larger than {} MiB; make it smaller", LARGEST / 1024 / 1024)));
    }
    data_url(&bytes).map_err(cannot)
}
