extension RequestedName {
    /// - Parameter name: the file name of a TFTP request (RFC 1350 §5), which is taken as it stands: no escapes, but with the leading
    ///   slash and the backslashes that some phones write.
    package init(tftp name: [UInt8]) {
        guard let text = String(validating: name, as: UTF8.self) else {
            self = .unfit("the name is not UTF-8")
            return
        }
        self.init(path: String(text.map { $0 == "\\" ? "/" : $0 }))
    }
}
