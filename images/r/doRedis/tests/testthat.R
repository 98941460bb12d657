library(testthat)
library(doRedis)

test_check("doRedis")
