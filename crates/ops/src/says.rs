//! `says!`, which writes the methods of `Op` that only hand out a number or a name. No rule, no
//! gradient and no kernel is written by it.

/// Within `impl Op`: the op's stored name, and what it says of itself in one line each, given the
/// op, the types of its inputs and that of its output (`announces` takes the op alone):
///
/// ```text
/// says! {
///     flops: |op, inputs, output| …;
///     parts: |op, inputs, output| …;
/// }
/// ```
macro_rules! says {
    ($($what:ident: |$($x:pat_param),+| $value:expr;)+) => {
        fn name(&self) -> &'static str {
            <Self as $crate::Stored>::NAME
        }

        $(says!(@$what |$($x),+| $value);)+
    };
    (@attrs |$op:pat_param| $value:expr) => {
        fn attrs(&self) -> Vec<f64> {
            let $op = self;
            $value
        }
    };
    (@announces |$op:pat_param| $value:expr) => {
        fn announces(&self) -> bool {
            let $op = self;
            $value
        }
    };
    (@flops |$op:pat_param, $inputs:pat_param, $output:pat_param| $value:expr) => {
        says!(@one flops, u64, |$op, $inputs, $output| $value);
    };
    (@parts |$op:pat_param, $inputs:pat_param, $output:pat_param| $value:expr) => {
        says!(@one parts, usize, |$op, $inputs, $output| $value);
    };
    (@scratch |$op:pat_param, $inputs:pat_param, $output:pat_param| $value:expr) => {
        says!(@one scratch, usize, |$op, $inputs, $output| $value);
    };
    (@one $what:ident, $ty:ty,
     |$op:pat_param, $inputs:pat_param, $output:pat_param| $value:expr) => {
        fn $what(
            &self,
            inputs: &[gradloom_graph::Type],
            output: &gradloom_graph::Type,
        ) -> $ty {
            let ($op, $inputs, $output) = (self, inputs, output);
            $value
        }
    };
}
