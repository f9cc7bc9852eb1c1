//! From a scenario with a matrix to its instances, one at a time.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::decode::{self, Problem};
use super::document::problem;
use super::instance::Instance;
use super::matrix;
use super::model::{CaseFile, Scenario};
use super::needs::Needs;
use super::place::{Part, Path};
use super::template::{self, Axis, Choice};
use super::visit::ABOUT_ITSELF;

/// Most combinations of one matrix: each is checked, some fifty in a millisecond.
pub const MAX_COMBINATIONS: usize = 100_000;

/// A scenario as written, its matrix understood.
#[derive(Debug, Clone)]
pub struct Template {
    /// The scenario's name.
    pub name: String,
    pub axes: Vec<Axis>,
    /// What is left out: for each entry the values, by number, of the axes that it names.
    exclude: Vec<Vec<(usize, Vec<usize>)>>,
    /// What is filled.
    body: Value,
    /// What is not filled: `name` and `about`.
    fixed: Map<String, Value>,
}

impl Template {
    /// Understands a scenario's matrix. The problems' paths begin at the scenario.
    ///
    /// # Errors
    /// Everything that is wrong with `name`, `matrix`, `exclude`, and with the use of axes.
    pub fn of(scenario: &Value) -> Result<Self, Vec<Problem>> {
        let Value::Object(entries) = scenario else {
            return Err(vec![problem(
                Path::top(),
                Part::Value,
                "a scenario is a map",
            )]);
        };
        let mut problems = Vec::new();
        let axes = matrix::axes(entries.get("matrix"), &mut problems);
        let exclude = matrix::exclude(entries.get("exclude"), &axes, &mut problems);
        let mut body = entries.clone();
        let mut fixed = Map::new();
        for key in ["matrix", "exclude"] {
            body.shift_remove(key);
        }
        for key in ABOUT_ITSELF {
            fixed.extend(body.shift_remove_entry(key));
        }
        let name = fixed
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let template = Self {
            name,
            axes,
            exclude,
            body: Value::Object(body),
            fixed,
        };
        if problems.is_empty() {
            template.check_uses(&mut problems);
            template.check_combinations(&mut problems);
        }
        if problems.is_empty() {
            Ok(template)
        } else {
            Err(problems)
        }
    }

    /// The scenario as written, without `name`, `about`, `matrix` and `exclude`.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// What the scenario says about itself.
    pub fn about(&self) -> Option<&str> {
        self.fixed.get("about").and_then(Value::as_str)
    }

    /// The combinations that are not left out, each as the numbers of the axes' values.
    pub fn combinations(&self) -> Combinations<'_> {
        Combinations {
            template: self,
            next: Some(vec![0; self.axes.len()]),
        }
    }

    /// The scenario for a combination.
    ///
    /// # Errors
    /// The first fault; its path is that of the scenario as written.
    pub fn scenario(&self, picks: &[usize]) -> Result<Scenario, Problem> {
        let filled = self.filled(picks)?;
        decode::first(&filled).map_err(|problem| self.written(picks, problem))
    }

    /// The scenario for a combination, as plain values.
    ///
    /// # Errors
    /// When an axis cannot be replaced.
    pub fn filled(&self, picks: &[usize]) -> Result<Value, Problem> {
        let mut filled = template::substitute(&self.body, self.choice(picks))?;
        if let Value::Object(entries) = &mut filled {
            entries.extend(self.fixed.clone());
        }
        Ok(filled)
    }

    /// A problem of a filled scenario, moved to where its words were written.
    pub fn written(&self, picks: &[usize], mut problem: Problem) -> Problem {
        let choice = self.choice(picks);
        problem.path = template::origin(&self.body, choice, &problem.path);
        let word = problem.word.as_deref();
        if let Some(path) =
            word.and_then(|word| template::axis_with(&self.body, choice, &problem.path, word))
        {
            (problem.path, problem.part, problem.word) = (path, Part::Value, None);
        }
        problem
    }

    /// The instance of a combination.
    ///
    /// # Errors
    /// As [`Self::scenario`].
    pub fn instance(&self, file: &Arc<CaseFile>, picks: &[usize]) -> Result<Instance, Problem> {
        let filled = self.filled(picks)?;
        let scenario: Scenario =
            decode::first(&filled).map_err(|problem| self.written(picks, problem))?;
        Ok(self.made(file, picks, scenario, &filled))
    }

    /// The instance of a combination whose scenario was read from `filled`.
    pub(crate) fn made(
        &self,
        file: &Arc<CaseFile>,
        picks: &[usize],
        scenario: Scenario,
        filled: &Value,
    ) -> Instance {
        let needs = Needs::of_filled(&scenario, filled, &file.elements);
        Instance {
            id: self.id(&file.cause, picks),
            file: Arc::clone(file),
            axes: self.choice(picks).labels(),
            scenario: Arc::new(scenario),
            needs: Arc::new(needs),
        }
    }

    fn id(&self, cause: &str, picks: &[usize]) -> String {
        if self.axes.is_empty() {
            return format!("{cause}/{}", self.name);
        }
        format!("{cause}/{}/{}", self.name, self.choice(picks).slug())
    }

    /// The values chosen by a combination.
    pub fn choice<'a>(&'a self, picks: &'a [usize]) -> Choice<'a> {
        Choice {
            axes: &self.axes,
            picks,
        }
    }

    fn check_uses(&self, problems: &mut Vec<Problem>) {
        let mut used: HashSet<&str> = HashSet::new();
        let mut look = |value: &Value, path: &Path| {
            super::visit::placed_texts(value, path, &mut |path, part, text| {
                let (known, unknown) = template::uses(text, &self.axes);
                used.extend(known);
                for word in unknown {
                    let problem = template::unknown_axis(path, part, &word, &self.axes);
                    if problems.last() != Some(&problem) {
                        problems.push(problem);
                    }
                }
            });
        };
        look(&self.body, &Path::top());
        for value in self.axes.iter().flat_map(|axis| &axis.values) {
            look(&value.value, &value.path);
        }
        if !problems.is_empty() {
            // A misspelt axis is not also an unused one.
            return;
        }
        for axis in self
            .axes
            .iter()
            .filter(|axis| !used.contains(axis.name.as_str()))
        {
            let message = format!("the axis `{}` is never used", axis.name);
            let help = format!("write `${}` where its values belong", axis.name);
            problems.push(
                problem(
                    Path::from(["matrix", axis.name.as_str()]),
                    Part::Key,
                    message,
                )
                .help(help),
            );
        }
    }

    /// Labels are joined by `-`: only where they hold one themselves can two combinations read the same.
    fn joins_ambiguously(&self) -> bool {
        self.axes.len() > 1
            && self
                .axes
                .iter()
                .flat_map(|axis| &axis.values)
                .any(|value| value.slug.contains('-'))
    }

    fn first_slug_twice(&self) -> Option<String> {
        // Hashes instead of texts, because a matrix may have a million combinations.
        let hasher = RandomState::new();
        let mut seen = HashSet::new();
        self.combinations()
            .map(|picks| self.choice(&picks).slug())
            .find(|slug| !seen.insert(hasher.hash_one(slug)))
    }

    fn check_combinations(&self, problems: &mut Vec<Problem>) {
        let at = |key: &str, message: String| problem(Path::from([key]), Part::Key, message);
        let total = self
            .axes
            .iter()
            .try_fold(1_usize, |total, axis| total.checked_mul(axis.values.len()));
        match total.filter(|total| *total <= MAX_COMBINATIONS) {
            None => {
                let message = format!("the matrix has more than {MAX_COMBINATIONS} combinations");
                problems.push(at("matrix", message));
            }
            Some(_) if self.combinations().next().is_none() => {
                problems.push(at(
                    "exclude",
                    "every combination of the matrix is left out".into(),
                ));
            }
            Some(_) => {
                let twice = self
                    .joins_ambiguously()
                    .then(|| self.first_slug_twice())
                    .flatten();
                if let Some(slug) = twice {
                    let help = "give the values labels: `axis: { label: value, … }`";
                    problems.push(
                        at("matrix", format!("two combinations have the id `{slug}`")).help(help),
                    );
                }
            }
        }
    }
}

/// Goes through the combinations of a matrix, the last axis fastest.
#[derive(Debug)]
pub struct Combinations<'a> {
    template: &'a Template,
    next: Option<Vec<usize>>,
}

impl Combinations<'_> {
    fn after(&self, mut picks: Vec<usize>) -> Option<Vec<usize>> {
        for (pick, axis) in picks.iter_mut().zip(&self.template.axes).rev() {
            *pick += 1;
            if *pick < axis.values.len() {
                return Some(picks);
            }
            *pick = 0;
        }
        None
    }

    fn is_excluded(&self, picks: &[usize]) -> bool {
        let hit = |entry: &Vec<(usize, Vec<usize>)>| {
            entry
                .iter()
                .all(|(axis, values)| values.contains(&picks[*axis]))
        };
        self.template.exclude.iter().any(hit)
    }
}

impl Iterator for Combinations<'_> {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        loop {
            let picks = self.next.take()?;
            self.next = self.after(picks.clone());
            if !self.is_excluded(&picks) {
                return Some(picks);
            }
        }
    }
}
