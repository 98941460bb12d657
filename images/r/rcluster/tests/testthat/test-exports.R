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
