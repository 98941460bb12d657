# Results wait for their turn in a ring, by the number of their first iteration.

new_order <- function() {
  list2env(
    list(
      ready = vector("list", 1024), counts = integer(1024), delivered = 0,
      failed = 0
    ),
    parent = emptyenv()
  )
}

# `first`: the first iteration of each result, `counts`: how many it has.
put_by <- function(order, first, counts, results) {
  while (max(first) - order$delivered > length(order$ready)) widen(order)
  at <- place(order, first)
  order$ready[at] <- results
  order$counts[at] <- counts
}

place <- function(order, first) (first - 1) %% length(order$ready) + 1

widen <- function(order) {
  at <- which(order$counts > 0)
  results <- order$ready[at]
  counts <- order$counts[at]
  first <- order$delivered + 1 +
    (at - 1 - order$delivered) %% length(order$ready)
  order$ready <- vector("list", 2 * length(order$ready))
  order$counts <- integer(length(order$ready))
  if (length(at)) put_by(order, first, counts, results)
}

# The results that are next in order.
take_ready <- function(order) {
  counts <- order$counts
  size <- length(counts)
  at <- integer()
  last <- order$delivered
  repeat {
    spot <- last %% size + 1
    count <- counts[spot]
    if (count == 0 || length(at) == size) break
    at[length(at) + 1] <- spot
    last <- last + count
  }
  results <- order$ready[at]
  order$ready[at] <- list(NULL)
  order$counts[at] <- 0L
  results
}

# Hands results over in order, as much at a time as has come; FALSE if `accept`
# (see run_job) wants no more.
deliver <- function(order, accept) {
  for (group in plain_runs(take_ready(order))) {
    events <- group[[1]]$events
    values <- unlist(lapply(group, `[[`, "values"),
      recursive = FALSE, use.names = FALSE
    )
    if (is.null(events)) {
      first <- order$delivered + 1
      order$delivered <- order$delivered + length(values)
      if (!accept(first, values, NULL)) return(FALSE)
    } else {
      for (i in seq_along(values)) {
        order$delivered <- order$delivered + 1
        order$failed <- order$failed + inherits(values[[i]], "error")
        own <- events[[as.character(i)]]
        if (!accept(order$delivered, values[i], own)) return(FALSE)
      }
    }
  }
  TRUE
}

# Results with events stay by themselves, others form groups.
plain_runs <- function(results) {
  special <- !vapply(results, function(result) is.null(result$events), NA)
  if (!length(results)) return(list())
  if (!any(special)) return(list(results))
  split(results, cumsum(special | c(TRUE, utils::head(special, -1))))
}
