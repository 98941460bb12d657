# get_renv.R LIBRARY
build <- "/opt/rcluster/build"
source(file.path(build, "report.R"))
source(file.path(build, "repository.R"))

main(function(library) {
  use_repository()
  utils::install.packages("renv", lib = library, quiet = TRUE)
  if (!dir.exists(file.path(library, "renv"))) {
    fail("package 'renv' could not be installed from ", repository_shown())
  }
})
