//! A plan as a table, one task a line: for people, and for tests that pin what the planner does.

use core::fmt;

use crate::bind::{Base, Loc};
use crate::pass::Pass;
use crate::plan::Plan;
use crate::tasks::{Task, Work};

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base {
            Base::Arena => write!(f, "@{}", self.offset)?,
            Base::Input(i) => write!(f, "in{i}")?,
            Base::Output(i) => write!(f, "out{i}")?,
            Base::State(i) => write!(f, "state{i}")?,
            Base::Const(i) => write!(f, "const{i}")?,
            Base::Window => write!(f, "window")?,
        }
        write!(f, ":{}", self.len)
    }
}

fn join<T: fmt::Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|x| x.to_string()).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loads = join(self.loads.iter().filter_map(|l| l.loc));
        let stores = join(self.stores.iter().map(|s| s.loc));
        write!(f, "pass {{{}}} {loads} -> {stores}", join(self.names()))
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meet = if self.barrier { "|" } else { " " };
        write!(f, "{meet} x{} ", self.parts)?;
        match &self.work {
            Work::Copy { from, to } => write!(f, "copy {from} -> {to}"),
            Work::Pass(pass) => write!(f, "{pass}"),
            Work::Call(c) => {
                write!(
                    f,
                    "{} {} -> {}",
                    c.op.name(),
                    join(c.inputs.iter()),
                    c.output
                )?;
                c.epilogue.iter().try_for_each(|p| write!(f, " then {p}"))
            }
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} tasks, {} threads, arena {} bytes, {} flops",
            self.tasks.len(),
            self.threads,
            self.arena as u64 * 4,
            self.flops
        )?;
        self.tasks.iter().try_for_each(|task| writeln!(f, "{task}"))
    }
}
