# Runs a job to its end: iterations in, values out in order.

chunk_seconds <- 0.05
most_chunk <- 1000
stall_seconds <- 15

# `next_args()`: the next iteration's arguments, a list; after the last it stops
# with 'StopIteration', as iterators do.
# `accept(index, value, events)`: called once an iteration, in order if
# `in_order`; returns FALSE to stop early.
# `chunk`: iterations a block, or "auto".
run_job <- function(job, next_args, accept, in_order = TRUE, chunk = "auto",
                    streams = NULL) {
  state <- new.env(parent = emptyenv())
  state$fired <- 0
  state$more <- TRUE
  state$auto <- identical(chunk, "auto")
  state$chunk <- if (state$auto) 1 else chunk
  state$ready <- list()
  state$delivered <- 0
  last <- now()
  complete <- FALSE
  on.exit(end_job(job))

  repeat {
    if (state$more) fill(job, state, next_args, streams)
    results <- exchange(job)
    if (!length(results)) {
      if (!state$more && job$outstanding == 0) break
      if (!length(job$pending)) {
        await(job, if (state$more && room(job)) 0.001 else 2)
      }
      if (now() - last > stall_seconds) {
        notice_stall(job)
        results <- catch_up(job)
        last <- now()
      }
    }
    if (length(results)) last <- now()
    for (result in results) {
      if (state$auto) state$chunk <- adapt(state$chunk, result)
      if (!deliver(state, result, accept, in_order)) return(invisible(FALSE))
    }
  }
  invisible(TRUE)
}

now <- function() proc.time()[[3]]

room <- function(job) {
  job$outstanding < most_blocks && job$bytes < most_bytes
}

# Adds blocks until enough are under way, or for long enough.
fill <- function(job, state, next_args, streams) {
  begun <- now()
  while (room(job) && length(job$pending) < 200) {
    args <- take_args(state, next_args)
    n <- length(args)
    if (n > 0) {
      seeds <- if (!is.null(streams)) {
        lapply(seq_len(n), function(i) next_stream(streams))
      }
      add_block(job, state$fired + 1, args, seeds)
      state$fired <- state$fired + n
    }
    if (!state$more || now() - begun > 0.02) break
  }
}

# The arguments of the next iterations, up to a block full.
take_args <- function(state, next_args) {
  args <- vector("list", state$chunk)
  n <- 0
  tryCatch(
    while (n < state$chunk) {
      args[[n + 1]] <- next_args()
      n <- n + 1
    },
    error = function(e) {
      if (!identical(conditionMessage(e), "StopIteration")) stop(e)
      state$more <- FALSE
    }
  )
  args[seq_len(n)]
}

# So many iterations a block that it takes a twentieth of a second or so, at
# most twice as many as before: the first ones may not be like the others.
adapt <- function(chunk, result) {
  if (is.null(result$seconds)) return(chunk)
  each <- max(result$seconds, 1e-4) / length(result$values)
  max(1, floor(min(chunk * 2, chunk_seconds / each, most_chunk)))
}

deliver <- function(state, result, accept, in_order) {
  for (i in seq_along(result$values)) {
    index <- result$first + i - 1
    item <- list(result$values[[i]], result$events[[as.character(i)]])
    if (!in_order) {
      if (!accept(index, item[[1]], item[[2]])) return(FALSE)
      next
    }
    if (index != state$delivered + 1) {
      state$ready[[as.character(index)]] <- item
      next
    }
    repeat {
      state$delivered <- state$delivered + 1
      if (!accept(state$delivered, item[[1]], item[[2]])) return(FALSE)
      if (!length(state$ready)) break
      name <- as.character(state$delivered + 1)
      item <- state$ready[[name]]
      if (is.null(item)) break
      state$ready[[name]] <- NULL
    }
  }
  TRUE
}

notice_stall <- function(job) {
  demand <- queue_demand(job$con, job$queue)
  if (demand$workers == 0) {
    say_once(job$con, sprintf(
      "no workers on queue '%s'; waiting for some (start one with rcluster::worker(\"%s\"))",
      job$queue, job$queue
    ))
  }
}
