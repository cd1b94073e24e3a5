# Vivado's commands, as far as hw/kernel/package_kernel.tcl uses them: each writes that it was called, and with what.
proc say {args} { puts [join $args "\t"] }
foreach name {create_project add_files set_property update_compile_order close_project package_xo
              ipx::package_project ipx::associate_bus_interfaces ipx::infer_bus_interface ipx::update_checksums
              ipx::check_integrity ipx::save_core} {
  namespace eval [namespace qualifiers ::$name] {}
  proc ::$name args [format {say %s {*}$args} $name]
}
proc current_fileset {} { return sources_1 }
proc ipx::current_core {} { return core }
set script [lindex $argv 0]
set argv [lrange $argv 1 end]
source $script
