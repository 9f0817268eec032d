//! add(x, y) = x + y

elementwise!(
    Add,
    "add",
    |[x, y]| x.add(y),
    // dx = dz, dy = dz
    |[_, _], _, dz| [dz, dz]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Add, |[x, y]| x + y).check();
    }
}
