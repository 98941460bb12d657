library(foreach)

# A live pointer, as packages hold them that wrap a C library.
kept <- textConnection("kept open")
live_pointer <- function() attr(kept, "conn_id")

checked <- function(...) {
  values <- list(...)
  pack_checked(values, check_values(values))
}

test_that("connections and pointers are named, wherever they are", {
  con <- file(tempfile(), "w")
  on.exit(close(con))
  pointer <- live_pointer()
  expect_error(checked(con = con), "'con' is a connection, which only this R")
  expect_error(checked(p = pointer), "'p' is an external pointer")
  expect_error(checked(l = list(1, p = pointer)), "'l$p' is", fixed = TRUE)
  expect_error(checked(l = list(1, pointer)), "'l[[2]]' is", fixed = TRUE)
  document <- structure(list(node = pointer), class = "xml_document")
  expect_error(checked(doc = document), "'doc$node' is", fixed = TRUE)
  expect_error(
    checked(x = structure(1, handle = pointer)), "'x's attribute handle' is"
  )
  inner <- list2env(list(con = con))
  expect_error(
    checked(e = list2env(list(inner = inner))), "'e$inner$con' is a connection",
    fixed = TRUE
  )
  compiled <- function(x) NULL
  body(compiled) <- call(".Call", pointer, quote(x))
  expect_error(checked(f = compiled), "'body(f)' is", fixed = TRUE)
})

test_that("objects with references are looked into", {
  pointer <- live_pointer()
  Held <- setClass("Held", representation(p = "ANY"),
    where = environment()
  )
  expect_error(checked(s = Held(p = pointer)), "'s@p' is an external pointer")
  Account <- setRefClass("Account", fields = list(log = "ANY"),
    where = environment()
  )
  expect_error(
    checked(a = Account$new(log = pointer)), "'a@.xData$log' is",
    fixed = TRUE
  )
  expect_silent(checked(a = Account$new(log = 1)))
  skip_if_not_installed("R6")
  Base <- R6::R6Class("Base", public = list(db = NULL), cloneable = FALSE)
  object <- Base$new()
  expect_silent(checked(o = object, generator = Base))
  object$db <- pointer
  on.exit(object$db <- NULL)
  expect_error(checked(o = object), "'o$db' is an external", fixed = TRUE)
})

test_that("what is harmless is let pass", {
  expect_silent(checked(
    a = 1:3, d = data.frame(x = 1), f = mean, g = y ~ x, n = asNamespace("stats"),
    out = stdout(), fit = lm(dist ~ speed, cars), e = new.env(),
    dll = getLoadedDLLs()[["stats"]], nil = methods::new("externalptr"),
    routine = getDLLRegisteredRoutines("stats")[[".Call"]][[1]],
    iterator = iterators::iter(1:3), loop = foreach(i = 1:3)
  ))
  skip_if_not_installed("data.table")
  table <- data.table::data.table(a = 1:3, b = list(1, 2, 3))
  expect_silent(checked(t = table, l = list(table), e = list2env(list(t = table))))
  expect_error(
    checked(l = list(table, live_pointer())), "'l[[2]]' is",
    fixed = TRUE
  )
})

test_that("arguments that were not asked for stay so", {
  asked <- FALSE
  make <- function(lazy, p) {
    force(p)
    function(x) x
  }
  pointer <- live_pointer()
  f <- make(asked <- TRUE, pointer)
  expect_warning(checked(f = f), "'p', in the environment of 'f', is")
  expect_false(asked)
})

test_that("loops name pointers before they run", {
  test_cluster()
  con <- file(tempfile(), "w")
  on.exit(close(con))
  expect_error(foreach(i = 1:3) %dopar% cat(i, file = con), "'con' is a connection")
  logger <- local({
    to <- con
    function(x) cat(x, file = to)
  })
  expect_error(foreach(i = 1:3) %dopar% logger(i), "'to' is a connection")
  items <- list(1, 2, list(list(p = live_pointer())))
  expect_error(
    foreach(x = items) %dopar% length(x),
    "'x[[1]]$p' of iteration 3 is an external pointer",
    fixed = TRUE
  )
  expect_error(rcluster_map(items, length), "'.x[[1]]$p' of iteration 3",
    fixed = TRUE
  )
  allowed <- list(pointers = "allow")
  expect_identical(
    foreach(x = items, .combine = c, .options.rcluster = allowed) %dopar% length(x),
    c(1L, 1L, 1L)
  )
  expect_error(
    foreach(x = 1, .options.rcluster = list(pointers = "maybe")) %dopar% x,
    "pointers = \"maybe\" is not allowed; allowed: \"stop\" or \"allow\"",
    fixed = TRUE
  )
  wait_until(length(keys_left("*test*")) == 0)
})

test_that("what a function only finds around it is a warning, once", {
  test_cluster()
  unused <- local({
    around <- file(tempfile(), "w")
    function(x) x + 1
  })
  on.exit(close(environment(unused)$around))
  loop <- function() foreach(i = 1:3, .combine = c) %dopar% unused(i)
  expect_warning(x <- loop(), "'around', in the environment of 'unused', is a con")
  expect_identical(x, c(2, 3, 4))
  expect_silent(loop())
})

test_that("tables and objects of the usual kinds go to the workers and back", {
  skip_if_not_installed("data.table")
  skip_if_not_installed("R6")
  test_cluster()
  table <- data.table::data.table(a = 1:4, b = letters[1:4])
  Counter <- R6::R6Class("Counter", public = list(
    n = 2, get = function() self$n
  ))
  counter <- Counter$new()
  expect_identical(
    foreach(part = split(table, 1:4), .combine = c) %dopar%
      (nrow(part) * counter$get()),
    rep(2, 4)
  )
})
