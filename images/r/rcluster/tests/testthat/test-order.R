results_of <- function(first, count) {
  list(
    first = first, count = count, special = logical(length(first)),
    values = Map(function(from, n) as.list(seq.int(from, length.out = n)), first, count),
    events = vector("list", length(first))
  )
}

# What comes out if results come in this order, some at a time.
delivered <- function(first, count, arrival, at_once) {
  order <- new_order()
  heard <- list()
  accept <- function(first, values, events) {
    heard[[length(heard) + 1]] <<- values
    TRUE
  }
  for (some in split(arrival, ceiling(seq_along(arrival) / at_once))) {
    put_by(order, results_of(first[some], count[some]))
    deliver(order, accept)
  }
  unlist(heard)
}

test_that("results are delivered once and in order, however they come", {
  set.seed(1)
  for (case in 1:200) {
    count <- sample(c(1L, 2L, 64L, 128L, 1000L), sample(2:60, 1), replace = TRUE)
    first <- cumsum(c(1, count))[seq_along(count)]
    came <- delivered(first, count, sample(length(count)), sample(1:9, 1))
    expect_identical(came, seq_len(sum(count)))
  }
})

test_that("a ring that is full to the last place is delivered once", {
  for (count in list(rep(128L, 8), rep(1L, 1024), c(rep(1L, 512), 1000L))) {
    first <- cumsum(c(1, count))[seq_along(count)]
    last_comes_first <- rev(seq_along(count))
    came <- delivered(first, count, last_comes_first, length(count))
    expect_identical(came, seq_len(sum(count)))
    came <- delivered(first, count, last_comes_first, 1)
    expect_identical(came, seq_len(sum(count)))
  }
})
