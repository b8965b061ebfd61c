//! An authority that stamps whole seconds and is exact to one, as most are: not every verifier reads parts of them.

use crate::authority::{Authority, Setup, USAGE};

pub fn to_the_second(setup: &Setup<'_>) -> Authority {
    let authority = Authority::new(&above(setup));
    tell_no_parts(&authority);
    authority
}

/// What is above it may do nothing but stamp either, which some verifiers want.
pub fn above<'a>(setup: &Setup<'a>) -> Setup<'a> {
    Setup { above: USAGE, ..*setup }
}

/// From now on.
pub fn tell_no_parts(authority: &Authority) {
    let mut configuration = authority.text("openssl.cnf");
    for (fine, coarse) in [
        ("clock_precision_digits = 3", "clock_precision_digits = 0"),
        (", millisecs:500, microsecs:100", ""),
    ] {
        assert!(configuration.contains(fine), "{fine}");
        configuration = configuration.replace(fine, coarse);
    }
    authority.write("openssl.cnf", configuration.as_bytes());
}
