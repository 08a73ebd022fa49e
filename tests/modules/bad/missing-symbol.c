/* tests/modules/bad/missing-symbol: exports no module_entry. */
extern int missing_symbol;
__attribute__((visibility("default"))) int missing_symbol = 1;
