# Packages the kernel for Vitis:  vivado -mode batch -source hw/kernel/package_kernel.tcl -tclargs PART XO FOLDER
#
# PART: the board's.  XO: file to write.  FOLDER: for what comes and goes meanwhile.
# Stages: 1. a project with the RTL; 2. an IP of it, with its buses on its clock; 3. the kernel.
if {[llength $argv] != 3} {
  error "usage: package_kernel.tcl PART XO FOLDER"
}
lassign $argv part xo folder
set here [file dirname [file normalize [info script]]]
set root [file dirname [file dirname $here]]
set top vitrine_kernel

# 1. The list of sources is the one that everything else uses.
set files {}
foreach name [split [exec python3 $here/list_sources.py] "\n"] {
  lappend files $root/$name
}
create_project -force vitrine $folder/project -part $part
add_files -norecurse $files
set_property top $top [current_fileset]
update_compile_order -fileset sources_1

# 2.
ipx::package_project -root_dir $folder/ip -vendor vitrine -library kernel -taxonomy /KernelIP -import_files -set_current true
set core [ipx::current_core]
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
foreach bus {s_axi_control m_axi_host rx0 tx0 rx1 tx1} {
  ipx::associate_bus_interfaces -busif $bus -clock ap_clk $core
}
ipx::infer_bus_interface ap_rst_n xilinx.com:signal:reset_rtl:1.0 $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project -delete

# 3.
package_xo -force -xo_path $xo -kernel_name $top -ip_directory $folder/ip -kernel_xml $here/kernel.xml
