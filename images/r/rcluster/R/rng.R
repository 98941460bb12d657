# Random numbers: the streams of doRNG (Gaujoux, 'doRNG', version 2 of its
# sequences), made from parallel's L'Ecuyer functions (L'Ecuyer et al., 2002).

# Starts the streams of one loop. The caller's generator moves on once a loop.
rng_streams <- function() {
  if (!exists(".Random.seed", globalenv(), inherits = FALSE)) runif(1)
  before <- get(".Random.seed", globalenv())
  streams <- new.env(parent = emptyenv())
  streams$own <- RNGkind()[1] == "L'Ecuyer-CMRG"
  if (streams$own) {
    streams$seed <- before
  } else {
    runif(1)
    after <- get(".Random.seed", globalenv())
    set_seed(before)
    RNGkind("L'Ecuyer-CMRG")
    streams$seed <- get(".Random.seed", globalenv())
    set_seed(after)
  }
  streams
}

# The next iteration's seed.
next_stream <- function(streams) {
  seed <- streams$seed
  streams$seed <- parallel::nextRNGStream(seed)
  seed
}

# A caller that uses L'Ecuyer's generator goes on after the last stream.
end_streams <- function(streams) {
  if (streams$own) set_seed(streams$seed)
}

set_seed <- function(seed) assign(".Random.seed", seed, envir = globalenv())
