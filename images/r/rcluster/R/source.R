# Where the iterations of a loop come from, and how many of them go into a block:
# so many that it takes a twentieth of a second, unless the loop says otherwise.

chunk_seconds <- 0.05
most_chunk <- 1000
first_blocks <- 32

# `take`, `chunk` and `streams` are those of run_job(); `total` is NA where nobody
# knows it.
new_source <- function(take, chunk, streams, total) {
  auto <- identical(chunk, "auto")
  list2env(
    list(
      take = take, streams = streams, more = TRUE, fired = 0, total = total,
      workers = 1, auto = auto, chunk = if (auto) 1 else chunk, settled = !auto
    ),
    parent = emptyenv()
  )
}

# Until it is known how long iterations take, few blocks are under way: those to
# come may be larger.
most_under_way <- function(source) {
  if (source$settled) most_blocks else first_blocks
}

# At most twice as many as before: the first ones may not be like the others.
adapt <- function(source, results) {
  each <- sum(pmax(results$seconds, 1e-4)) / sum(results$count)
  fitting <- min(chunk_seconds / each, most_chunk)
  if (is.na(fitting) || fitting <= 2 * source$chunk) source$settled <- TRUE
  if (is.na(fitting)) return(invisible()) # one failed with its worker
  source$chunk <- max(1, floor(min(source$chunk * 2, fitting)))
}

# The next iterations: one block, or up to `most` where they are there already.
# Near the end blocks get smaller, so that all workers end at once: guided
# self-scheduling (Polychronopoulos and Kuck, 1987).
take_blocks <- function(source, most) {
  chunk <- source$chunk
  if (source$auto && !is.na(source$total)) {
    left <- source$total - source$fired
    chunk <- max(1, min(chunk, left %/% (4 * max(1, source$workers))))
    most <- max(1, min(most, left %/% (2 * chunk)))
  }
  args <- source$take(chunk, chunk * most)
  n <- length(args)
  source$more <- n >= chunk
  numbers <- source$fired + seq_len(n)
  source$fired <- source$fired + n
  seeds <- if (!is.null(source$streams)) {
    lapply(numbers, function(i) next_stream(source$streams))
  }
  if (chunk == 1) {
    return(list(first = numbers, args = singly(args), seeds = singly(seeds)))
  }
  block <- (seq_len(n) - 1) %/% chunk
  list(
    first = numbers[!duplicated(block)], args = unname(split(args, block)),
    seeds = if (!is.null(seeds)) unname(split(seeds, block))
  )
}

# For blocks of one iteration each.
singly <- function(x) if (!is.null(x)) lapply(x, list)

# `take` of something that stops with 'StopIteration' after the last, as
# iterators do: more than `least` where that is quick.
take_each <- function(next_args) {
  function(least, most) {
    args <- vector("list", most)
    n <- 0
    begun <- now()
    tryCatch(
      while (n < least || (n < most && now() - begun < 0.005)) {
        args[[n + 1]] <- next_args()
        n <- n + 1
      },
      error = function(e) {
        if (!identical(conditionMessage(e), "StopIteration")) stop(e)
      }
    )
    args[seq_len(n)]
  }
}
