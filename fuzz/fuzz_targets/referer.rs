#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus {
    oss403_fuzz::keep(oss403_fuzz_oracles::referer::check(data))
});
