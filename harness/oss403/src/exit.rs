//! The exit codes of the command: public interface, never renumbered.

use std::process::ExitCode;

/// How a command ended.
///
/// | code | meaning |
/// |---|---|
/// | 0 | all selected instances are conformant, or known to the baseline |
/// | 1 | something deviates, was not provoked, or was flaky, and no baseline knew; or an entry of the baseline is stale or expired |
/// | 2 | the command line, a case file, a profile or a configuration is wrong |
/// | 3 | the target cannot be reached, a canary failed, or the harness itself did |
/// | 4 | nothing was selected |
/// | 130 | interrupted, or out of time; results so far are written and resources removed |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for is as it should be.
    Ok = 0,
    /// Deviations, flaky or not-provoked instances.
    Deviations = 1,
    /// Wrong usage, or an invalid case, profile or configuration.
    Usage = 2,
    /// The target is unreachable, a canary failed, or a harness error.
    Target = 3,
    /// The filters select nothing.
    NothingSelected = 4,
    /// Stopped by Ctrl-C, SIGTERM or SIGHUP, or out of time.
    Interrupted = 130,
}

impl Exit {
    /// The number a shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_numbers_are_those_scripts_rely_on() {
        let all = [
            Exit::Ok,
            Exit::Deviations,
            Exit::Usage,
            Exit::Target,
            Exit::NothingSelected,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 130]);
    }
}
