# How iterations are put into blocks, without a queue.

source_of <- function(n, chunk = "auto", total = n) {
  position <- 0
  new_source(function(least, most) {
    from <- position
    position <<- min(n, from + most)
    lapply(seq_len(position - from) + from, function(i) list(i = i))
  }, chunk, NULL, total)
}

# The sizes of all blocks that `source` still gives, `most` at a time.
drain <- function(source, most = 200) {
  sizes <- integer()
  seen <- integer()
  while (source$more) {
    blocks <- take_blocks(source, most)
    sizes <- c(sizes, lengths(blocks$args))
    seen <- c(seen, unlist(blocks$args, use.names = FALSE))
    firsts <- vapply(blocks$args, function(block) block[[1]]$i, 0)
    expect_equal(blocks$first, firsts)
  }
  list(sizes = sizes, seen = seen)
}

took <- function(seconds, count = 1) list(seconds = seconds, count = count)

test_that("few blocks are under way until it is known how long they take", {
  source <- source_of(1000)
  expect_equal(most_under_way(source), first_blocks)
  for (chunk in c(2, 4)) {
    adapt(source, took(0.01))
    expect_equal(source$chunk, chunk)
    expect_equal(most_under_way(source), first_blocks)
  }
  adapt(source, took(0.01))
  expect_equal(source$chunk, 5)
  expect_equal(most_under_way(source), most_blocks)
  slow <- source_of(1000)
  adapt(slow, took(60))
  expect_equal(slow$chunk, 1)
  expect_equal(most_under_way(slow), most_blocks)
  died <- source_of(1000)
  adapt(died, took(NA_real_))
  expect_equal(most_under_way(died), most_blocks)
  expect_equal(most_under_way(source_of(1000, 7)), most_blocks)
})

test_that("blocks get smaller near the end, for all workers to end at once", {
  source <- source_of(1000)
  source$workers <- 2
  source$chunk <- 50
  blocks <- drain(source)
  expect_equal(blocks$seen, 1:1000)
  expect_equal(blocks$sizes[1:5], rep(50, 5))
  expect_equal(utils::tail(blocks$sizes, 4), rep(1, 4))
  expect_false(is.unsorted(rev(blocks$sizes)))
  expect_lt(length(blocks$sizes), 60)
})

test_that("they are of one size where that is asked for, or no end is known", {
  expect_equal(drain(source_of(20, 6))$sizes, c(6, 6, 6, 2))
  endless <- source_of(20, total = NA)
  endless$chunk <- 6
  expect_equal(drain(endless)$sizes, c(6, 6, 6, 2))
  expect_equal(drain(source_of(20), 1)$seen, 1:20)
})
