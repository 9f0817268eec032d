export const fuzzFiles = async () => 1
