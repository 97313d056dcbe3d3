// Stands in for a worker whose native library is not there.
throw new Error('it cannot be loaded')
