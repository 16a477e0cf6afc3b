// OpenSSL's objects as owned handles: std::unique_ptr<X509, Release<X509_free>>.
#pragma once

namespace spillway {

template <auto release>
struct Release {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        release(handle);
    }
};

}  // namespace spillway
