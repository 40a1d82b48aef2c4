//! The order of requests: same lane in order, different lanes at once.
//!
//! Pure bookkeeping, owned by the connection loop: requests go in with their lane and come out when they may
//! start. It starts nothing, and it does not limit how many there are; a request's place in the line queue does.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::handle::Lane;

/// Names a request that has started, until it is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

/// Requests that wait for their turn and lanes that are in use.
#[derive(Debug)]
pub struct Lanes<T> {
    /// In the order in which they came.
    waiting: VecDeque<(Lane, T)>,
    running: HashMap<Ticket, Lane>,
    /// Of threads, processes, files and searches.
    busy: HashSet<Lane>,
    ordered: bool,
    last_ticket: u64,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Lanes {
            waiting: VecDeque::new(),
            running: HashMap::new(),
            busy: HashSet::new(),
            ordered: false,
            last_ticket: 0,
        }
    }
}

impl<T> Lanes<T> {
    /// Takes a request in. It may be the one that [`Lanes::next`] returns.
    pub fn push(&mut self, lane: Lane, request: T) {
        self.waiting.push_back((lane, request));
    }

    /// A request that may start now, if there is one. It counts as started.
    pub fn next(&mut self) -> Option<(Ticket, T)> {
        let position = self.startable()?;
        let (lane, request) = self.waiting.remove(position)?;
        match &lane {
            Lane::Ordered => self.ordered = true,
            Lane::Thread(_) | Lane::Process(_) | Lane::Files | Lane::Searches => {
                self.busy.insert(lane.clone());
            }
            Lane::Concurrent => {}
        }
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.running.insert(ticket, lane);
        Some((ticket, request))
    }

    /// A request has finished; its lane is free again.
    pub fn finish(&mut self, ticket: Ticket) {
        match self.running.remove(&ticket) {
            Some(Lane::Ordered) => self.ordered = false,
            Some(lane @ (Lane::Thread(_) | Lane::Process(_) | Lane::Files | Lane::Searches)) => {
                self.busy.remove(&lane);
            }
            Some(Lane::Concurrent) | None => {}
        }
    }

    /// A request goes on without its lane, which is free again.
    pub fn step_out(&mut self, ticket: Ticket) {
        if self.running.contains_key(&ticket) {
            self.finish(ticket);
            self.running.insert(ticket, Lane::Concurrent);
        }
    }

    /// Requests that wait or run.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.running.len()
    }

    pub fn is_idle(&self) -> bool {
        self.len() == 0
    }

    fn startable(&self) -> Option<usize> {
        if self.ordered {
            return None;
        }
        for (position, (lane, _)) in self.waiting.iter().enumerate() {
            match lane {
                Lane::Concurrent => return Some(position),
                Lane::Thread(_) | Lane::Process(_) | Lane::Files | Lane::Searches
                    if self.busy.contains(lane) => {}
                Lane::Thread(_) | Lane::Process(_) | Lane::Files | Lane::Searches => return Some(position),
                // Whatever stands behind an ordered request waits for it.
                Lane::Ordered => return (position == 0 && self.busy.is_empty()).then_some(0),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Starts what may start; returns the names.
    fn start(lanes: &mut Lanes<&'static str>) -> Vec<(&'static str, Ticket)> {
        std::iter::from_fn(|| lanes.next()).map(|(ticket, name)| (name, ticket)).collect()
    }

    fn names(started: &[(&'static str, Ticket)]) -> String {
        started.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
    }

    fn thread(id: &str) -> Lane {
        Lane::Thread(id.to_owned())
    }

    #[test]
    fn a_thread_is_in_order_and_others_are_not_held_up() {
        let mut lanes = Lanes::default();
        for (lane, name) in
            [(thread("a"), "a1"), (thread("a"), "a2"), (thread("b"), "b1"), (Lane::Concurrent, "c")]
        {
            lanes.push(lane, name);
        }
        let started = start(&mut lanes);
        assert_eq!(names(&started), "a1 b1 c");
        lanes.finish(started[1].1);
        assert_eq!(names(&start(&mut lanes)), "");
        lanes.finish(started[0].1);
        assert_eq!(names(&start(&mut lanes)), "a2");
    }

    #[test]
    fn an_ordered_request_waits_and_is_waited_for() {
        let mut lanes = Lanes::default();
        for (lane, name) in
            [(thread("a"), "a1"), (Lane::Ordered, "o"), (Lane::Concurrent, "c"), (thread("b"), "b1")]
        {
            lanes.push(lane, name);
        }
        let first = start(&mut lanes);
        assert_eq!(names(&first), "a1");
        lanes.finish(first[0].1);
        let second = start(&mut lanes);
        assert_eq!(names(&second), "o");
        lanes.finish(second[0].1);
        assert_eq!(names(&start(&mut lanes)), "c b1");
    }

    #[test]
    fn what_takes_long_holds_nothing_up() {
        let mut lanes = Lanes::default();
        lanes.push(Lane::Concurrent, "long");
        assert_eq!(names(&start(&mut lanes)), "long");
        lanes.push(Lane::Ordered, "o");
        assert_eq!(names(&start(&mut lanes)), "o");
    }

    #[test]
    fn who_steps_out_is_still_there_but_in_nobodys_way() {
        let process = || Lane::Process("p".to_owned());
        let mut lanes = Lanes::default();
        for (lane, name) in [(process(), "start"), (process(), "write"), (Lane::Ordered, "o")] {
            lanes.push(lane, name);
        }
        let started = start(&mut lanes);
        assert_eq!(names(&started), "start");
        lanes.step_out(started[0].1);
        let written = start(&mut lanes);
        assert_eq!(names(&written), "write");
        lanes.finish(written[0].1);
        assert_eq!((names(&start(&mut lanes)).as_str(), lanes.len()), ("o", 2));
        lanes.finish(started[0].1);
        assert_eq!(lanes.len(), 1);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push(Lane),
        /// Finishes one of the running requests, chosen by the number.
        Finish(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            2 => (0..3u8).prop_map(|number| Step::Push(Lane::Thread(number.to_string()))),
            1 => Just(Step::Push(Lane::Concurrent)),
            1 => Just(Step::Push(Lane::Ordered)),
            3 => any::<usize>().prop_map(Step::Finish),
        ]
    }

    /// Whether a request has to wait for an earlier one.
    fn follows(later: &Lane, earlier: &Lane) -> bool {
        match (later, earlier) {
            (_, Lane::Ordered) => true,
            (_, Lane::Concurrent) | (Lane::Concurrent, Lane::Thread(_)) => false,
            (Lane::Ordered, Lane::Thread(_)) => true,
            (Lane::Thread(later), Lane::Thread(earlier)) => later == earlier,
            (Lane::Process(_) | Lane::Files | Lane::Searches, _)
            | (_, Lane::Process(_) | Lane::Files | Lane::Searches) => {
                unreachable!("as threads; not made here")
            }
        }
    }

    proptest! {
        #[test]
        fn requests_start_exactly_when_they_may(steps in proptest::collection::vec(step(), 0..60)) {
            let mut lanes = Lanes::default();
            let mut pushed: Vec<Lane> = Vec::new();
            let mut running: Vec<(Ticket, usize)> = Vec::new();
            let mut started: HashSet<usize> = HashSet::new();
            let mut finished: HashSet<usize> = HashSet::new();
            let ends = std::iter::repeat_n(Step::Finish(0), 60);
            for step in steps.into_iter().chain(ends) {
                match step {
                    Step::Push(lane) => {
                        lanes.push(lane.clone(), pushed.len());
                        pushed.push(lane);
                    }
                    Step::Finish(number) if !running.is_empty() => {
                        let (ticket, index) = running.remove(number % running.len());
                        lanes.finish(ticket);
                        finished.insert(index);
                    }
                    Step::Finish(_) => {}
                }
                while let Some((ticket, index)) = lanes.next() {
                    prop_assert!(started.insert(index));
                    running.push((ticket, index));
                }
                for (index, lane) in pushed.iter().enumerate() {
                    let free = (0..index).all(|earlier| {
                        finished.contains(&earlier) || !follows(lane, &pushed[earlier])
                    });
                    prop_assert_eq!(started.contains(&index), free, "request {} in {:?}", index, pushed);
                }
            }
            prop_assert!(lanes.is_idle());
            prop_assert_eq!(started.len(), pushed.len());
        }
    }
}
