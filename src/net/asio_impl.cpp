// The one place where Asio and Beast are compiled, for the gateway and for the simulator
// (spillway_asio); every other file sees declarations only. It saves three seconds in each file
// that awaits.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
