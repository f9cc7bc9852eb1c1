//! The runtime that commands with a network run on.

use std::future::Future;

use super::Console;
use crate::exit::Exit;

/// Carries out what needs the network.
pub(super) fn block_on(work: impl Future<Output = Exit>, console: Console) -> Exit {
    let built = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match built {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => console.fail(
            format_args!("the runtime could not be started: {error}"),
            Exit::Target,
        ),
    }
}
