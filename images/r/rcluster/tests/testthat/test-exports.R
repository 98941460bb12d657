test_that("variables are found through functions that call functions", {
  env <- new.env(parent = globalenv())
  local(
    {
      constant <- 10
      inner <- function(x) x + constant
      outer <- function(x) inner(x)
    },
    env
  )
  found <- find_exports(quote(outer(i)), env, names = "i")
  expect_setequal(names(found$local), c("outer", "inner", "constant"))
})

test_that("what is iterated over and what is not wanted stays here", {
  env <- list2env(list(a = 1, b = 2, i = 3), parent = globalenv())
  found <- find_exports(quote(a + b + i), env, names = "i", noexport = "b")
  expect_equal(found$local, list(a = 1))
})

test_that("a missing export is named", {
  expect_error(
    find_exports(quote(1), globalenv(), export = "nowhere"),
    'unable to find variable "nowhere"'
  )
})

test_that("a function sees the global variable, whatever the loop has", {
  on.exit(rm(list = c(".scale", ".grow"), envir = globalenv()))
  assign(".scale", 10, globalenv())
  assign(".grow", eval(quote(function(x) x * .scale), globalenv()), globalenv())
  local_env <- list2env(list(.scale = 2), parent = globalenv())
  found <- find_exports(quote(.grow(i) + .scale), local_env, names = "i")
  expect_equal(found$local, list(.scale = 2))
  expect_equal(found$global$.scale, 10)
  found <- find_exports(quote(.grow(.scale)), globalenv(), names = ".scale")
  expect_equal(found$global$.scale, 10)
})

test_that("variables of functions in lists are found", {
  env <- list2env(list(offset = 3), parent = globalenv())
  env$models <- list(list(fit = local(function(x) x + offset, env)), sum)
  found <- find_exports(quote(models[[1]]$fit(i)), env, names = "i")
  expect_setequal(names(found$local), c("models", "offset"))
})

test_that("packages whose functions are used are named", {
  found <- find_exports(quote(sd(i)), globalenv(), names = "i")
  expect_equal(found$packages, "stats")
})
