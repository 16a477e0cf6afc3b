// The one place where Asio's TLS part is compiled. The simulator is its only user: the gateway
// drives OpenSSL on the descriptor itself.
#include <boost/asio/ssl/impl/src.hpp>
