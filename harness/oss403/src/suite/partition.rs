//! Parts of a certification, for as many machines as there are.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::run::world_of;
use oss403_case::Instance;

/// The m-th of n parts, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    how: How,
    part: u32,
    parts: u32,
}

/// How instances are dealt out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// World by world, so that each part has about as much to do. A scenario more may move others.
    Slice,
    /// By the id alone: the first 8 bytes of its SHA-256, as a big-endian number, modulo the number of parts. A scenario more never
    /// moves others.
    Hash,
}

/// Where an engine says which part this is: the variable with the number, from which it counts, and the variable with how many there are.
const ENGINES: [(&str, u32, &str); 5] = [
    ("JOB_COMPLETION_INDEX", 0, "OSS403_PARTITIONS"),
    ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
    ("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
    ("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
    ("OSS403_PARTITION", 1, "OSS403_PARTITIONS"),
];

impl Partition {
    /// Those of the instances that belong to it.
    pub fn of(self, instances: Vec<Instance>) -> Vec<Instance> {
        let parts = match self.how {
            How::Slice => Some(slices(&instances, self.parts)),
            How::Hash => None,
        };
        let mut number = 0;
        let mut mine = instances;
        mine.retain(|instance| {
            let part = match &parts {
                Some(parts) => parts[number],
                None => hashed(&instance.id, self.parts),
            };
            number += 1;
            part + 1 == self.part
        });
        mine
    }

    /// What an engine says in the environment. One that says both the part and how many there are is heard first.
    ///
    /// # Errors
    /// When none says it, or says what cannot be.
    fn auto(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let said = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
        for (index, from, total) in ENGINES {
            let (Some(index_said), Some(total_said)) = (said(index), said(total)) else {
                continue;
            };
            let read = |name: &str, text: &str| {
                let number: Result<u32, _> = text.trim().parse();
                number.map_err(|_| format!("{name} is {text:?}, which is no number"))
            };
            let part = read(index, &index_said)?
                .checked_sub(from)
                .map(|part| part.saturating_add(1));
            let parts = read(total, &total_said)?;
            return match part {
                Some(part) if part <= parts => Ok(Self {
                    how: How::Slice,
                    part,
                    parts,
                }),
                _ => Err(format!(
                    "{index} is {index_said}, and {total} is {total_said}: it counts from {from}"
                )),
            };
        }
        if let Some((index, _, total)) = ENGINES.iter().find(|(index, ..)| said(index).is_some()) {
            return Err(format!(
                "{index} is set, and {total}, which would say how many parts there are, is not"
            ));
        }
        let known = |total: &str| {
            let indices = ENGINES.iter().filter(|(.., other)| *other == total);
            let indices: Vec<&str> = indices.map(|(index, ..)| *index).collect();
            indices.join(" nor ")
        };
        match ENGINES
            .iter()
            .find_map(|(.., total)| Some((*total, said(total)?)))
        {
            // GitLab says how many jobs there are also where there is but one, and not which that is.
            Some((_, one)) if one.trim() == "1" => Ok(Self {
                how: How::Slice,
                part: 1,
                parts: 1,
            }),
            Some((total, _)) => {
                let indices = known(total);
                let (neither, is) = match indices.contains(" nor ") {
                    true => ("neither ", ""),
                    false => ("", " not"),
                };
                Err(format!(
                    "{total} is set, and {neither}{indices} is{is}, which would say which part this is"
                ))
            }
            None => {
                let indices: Vec<_> = ENGINES.iter().map(|(index, ..)| *index).collect();
                Err(format!(
                    "nothing says which part this is: none of {} is set",
                    indices.join(", ")
                ))
            }
        }
    }
}

fn hashed(id: &str, parts: u32) -> u32 {
    let hash = Sha256::digest(id.as_bytes());
    let first = hash.first_chunk().expect("it has 32 bytes");
    let number = u64::from_be_bytes(*first);
    u32::try_from(number % u64::from(parts)).expect("is less than the number of parts")
}

/// The part of each instance, counted from 0: the largest worlds first, each to the part that has least to do.
fn slices(instances: &[Instance], parts: u32) -> Vec<u32> {
    let mut worlds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, instance) in instances.iter().enumerate() {
        let world = world_of(instance).unwrap_or_else(|| instance.id.clone());
        worlds.entry(world).or_default().push(number);
    }
    let mut worlds: Vec<Vec<usize>> = worlds.into_values().collect();
    // Their order is that of their keys, so that every machine comes to the same.
    worlds.sort_by_key(|world| std::cmp::Reverse(world.len()));
    let mut loads = vec![0_usize; parts as usize];
    let mut of = vec![0; instances.len()];
    for world in worlds {
        let least = (0..loads.len())
            .min_by_key(|part| loads[*part])
            .expect("there is a part");
        loads[least] += world.len();
        for number in world {
            of[number] = u32::try_from(least).expect("there are no more parts than that");
        }
    }
    of
}

/// `2/4`, `slice:2/4`, `hash:2/4`, `auto`, as on the command line.
impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Self::auto(|name| std::env::var(name).ok());
        }
        let (how, numbers) = match text.split_once(':') {
            None => (How::Slice, text),
            Some(("slice", numbers)) => (How::Slice, numbers),
            Some(("hash", numbers)) => (How::Hash, numbers),
            Some((other, _)) => return Err(format!("`{other}` is neither `slice` nor `hash`")),
        };
        let read = numbers
            .split_once('/')
            .and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
        match read {
            Some((part, parts)) if 1 <= part && part <= parts => Ok(Self { how, part, parts }),
            Some(_) => Err("M counts from 1 to N".into()),
            None => Err("must look like `1/4`, `hash:1/4` or `auto`".into()),
        }
    }
}

/// `2/4`, `hash:2/4`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Slice => "",
            How::Hash => "hash:",
        };
        write!(f, "{how}{}/{}", self.part, self.parts)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use oss403_case::Ledger;

    #[test]
    fn partitions_count_from_one_to_the_last() {
        let read = |text: &str| text.parse::<Partition>();
        for (text, shown) in [
            ("2/3", "2/3"),
            ("slice:2/3", "2/3"),
            ("hash:2/3", "hash:2/3"),
        ] {
            assert_eq!(read(text).map(|part| part.to_string()), Ok(shown.into()));
        }
        for wrong in [
            "0/3",
            "4/3",
            "1/0",
            "1",
            "a/b",
            "-1/2",
            "1/2/3",
            "count:1/2",
            ":1/2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn engines_say_which_part_it_is() {
        let auto = |said: &[(&str, &str)]| {
            let said: BTreeMap<&str, &str> = said.iter().copied().collect();
            let part = Partition::auto(|name| said.get(name).map(|value| (*value).to_owned()));
            part.map(|part| part.to_string())
        };
        for (said, part) in [
            (
                [("JOB_COMPLETION_INDEX", "0"), ("OSS403_PARTITIONS", "8")],
                "1/8",
            ),
            (
                [("JOB_COMPLETION_INDEX", "7"), ("OSS403_PARTITIONS", "8")],
                "8/8",
            ),
            ([("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "5")], "1/5"),
            (
                [
                    ("BUILDKITE_PARALLEL_JOB", "4"),
                    ("BUILDKITE_PARALLEL_JOB_COUNT", "5"),
                ],
                "5/5",
            ),
            (
                [("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "1")],
                "1/1",
            ),
        ] {
            assert_eq!(auto(&said), Ok(part.into()), "{said:?}");
        }
        // One that says half of it does not stand in the way of one that says all; GitLab names no part where there is but one.
        let half = [
            ("CIRCLE_NODE_INDEX", "0"),
            ("CI_NODE_INDEX", "2"),
            ("CI_NODE_TOTAL", "5"),
        ];
        assert_eq!(auto(&half), Ok("2/5".into()));
        assert_eq!(auto(&[("CI_NODE_TOTAL", "1")]), Ok("1/1".into()));
        for (said, why) in [
            (&[][..], "none of JOB_COMPLETION_INDEX, "),
            (
                &[("JOB_COMPLETION_INDEX", "8"), ("OSS403_PARTITIONS", "8")],
                "counts from 0",
            ),
            (
                &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "5")],
                "counts from 1",
            ),
            (
                &[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "5")],
                "no number",
            ),
            (
                &[("CI_NODE_TOTAL", "5")],
                "CI_NODE_TOTAL is set, and CI_NODE_INDEX is not",
            ),
            (
                &[("OSS403_PARTITIONS", "5")],
                "neither JOB_COMPLETION_INDEX nor OSS403_PARTITION is",
            ),
        ] {
            let said = auto(said).expect_err(why);
            assert!(said.contains(why), "{why}: {said}");
        }
        for (index, _, total) in ENGINES {
            let said = auto(&[(index, "1")]).expect_err(index);
            let names = said.starts_with(&format!("{index} is set, and {total},"));
            assert!(names, "{said}");
        }
    }

    #[test]
    fn every_instance_is_in_one_part_no_world_in_two_and_no_part_has_much_more_to_do() {
        let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
        let all: Vec<Instance> = ledger.instances().collect();
        for (how, parts) in [("slice", 1), ("slice", 8), ("hash", 8), ("slice", 50)] {
            let mut seen: BTreeMap<String, u32> = BTreeMap::new();
            let mut worlds: BTreeMap<String, u32> = BTreeMap::new();
            let mut sizes = Vec::new();
            for part in 1..=parts {
                let partition: Partition = format!("{how}:{part}/{parts}").parse().unwrap();
                let mine = partition.of(all.clone());
                sizes.push(mine.len());
                for instance in mine {
                    assert_eq!(seen.insert(instance.id.clone(), part), None);
                    let world = world_of(&instance).filter(|_| how == "slice");
                    if let Some(world) = world {
                        assert_eq!(
                            *worlds.entry(world).or_insert(part),
                            part,
                            "{}",
                            instance.id
                        );
                    }
                }
            }
            assert_eq!(seen.len(), all.len());
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            let share = all.len() / parts as usize;
            if how == "slice" && parts == 8 {
                assert!(most - least <= share / 2, "{sizes:?}");
            }
        }
    }

    #[test]
    fn a_hash_never_moves() {
        const OTHER: &str = "referer-denied/blacklist-alone";
        // printf %s ID | sha256sum, the first 16 digits modulo the parts, plus 1.
        for (id, parts, part) in [
            ("a", 4, 3),
            ("a", 1000, 251),
            (OTHER, 4, 1),
            (OTHER, 1000, 513),
        ] {
            assert_eq!(hashed(id, parts) + 1, part, "{id} of {parts}");
        }
    }
}
