// The one place where Asio, its TLS part and Beast are compiled; every other file sees declarations
// only (BOOST_ASIO_SEPARATE_COMPILATION). It saves three seconds in each file that awaits.

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
