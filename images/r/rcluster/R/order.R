# Results wait for their turn in a ring, by the number of their first iteration.

new_order <- function() {
  order <- new.env(parent = emptyenv())
  order$delivered <- 0
  order$failed <- 0
  empty_ring(order, 1024)
  order
}

empty_ring <- function(order, size) {
  order$count <- integer(size)
  order$special <- logical(size)
  order$values <- vector("list", size)
  order$events <- vector("list", size)
}

ring <- c("count", "special", "values", "events")

# `results`: columns, as open_results() returns them.
put_by <- function(order, results) {
  while (max(results$first) - order$delivered > length(order$count)) {
    widen(order)
  }
  at <- place(order, results$first)
  order$count[at] <- results$count
  order$values[at] <- results$values
  if (any(results$special)) {
    order$special[at] <- results$special
    order$events[at] <- results$events
  }
}

place <- function(order, first) (first - 1) %% length(order$count) + 1

widen <- function(order) {
  at <- which(order$count > 0)
  size <- length(order$count)
  kept <- lapply(mget(ring, order), `[`, at)
  kept$first <- order$delivered + 1 + (at - 1 - order$delivered) %% size
  empty_ring(order, 2 * size)
  if (length(at)) put_by(order, kept)
}

# Where the results are that are next in order. Once around the ring and no
# further: what was there before would be found again.
find_ready <- function(order) {
  count <- order$count
  size <- length(count)
  at <- integer()
  last <- order$delivered
  while (last - order$delivered < size) {
    spot <- last %% size + 1
    if (count[spot] == 0) break
    at[length(at) + 1] <- spot
    last <- last + count[spot]
  }
  at
}

# Hands results over in order, as much at a time as has come; FALSE if `accept`
# (see run_job) wants no more. Those with events go one iteration at a time.
deliver <- function(order, accept) {
  ready <- find_ready(order)
  special <- order$special[ready]
  values <- order$values[ready]
  if (any(special)) {
    events <- order$events[ready]
    order$events[ready] <- list(NULL)
  }
  order$count[ready] <- 0L
  order$values[ready] <- list(NULL)
  order$special[ready] <- FALSE
  for (group in plain_runs(special)) {
    some <- unlist(values[group], recursive = FALSE, use.names = FALSE)
    good <- if (special[group[1]]) {
      deliver_singly(order, accept, some, events[[group]])
    } else {
      deliver_some(order, accept, some, NULL)
    }
    if (!good) return(FALSE)
  }
  TRUE
}

deliver_some <- function(order, accept, values, events) {
  first <- order$delivered + 1
  order$delivered <- order$delivered + length(values)
  accept(first, values, events)
}

deliver_singly <- function(order, accept, values, events) {
  for (i in seq_along(values)) {
    own <- events[[as.character(i)]]
    order$failed <- order$failed + inherits(values[[i]], "error")
    if (!deliver_some(order, accept, values[i], own)) return(FALSE)
  }
  TRUE
}

# Groups of indexes: those of special results stay by themselves.
plain_runs <- function(special) {
  if (!any(special)) return(if (length(special)) list(seq_along(special)))
  starts <- special | c(TRUE, utils::head(special, -1))
  unname(split(seq_along(special), cumsum(starts)))
}
