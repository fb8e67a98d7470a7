extension TFTPRequest {
    /// What a read goes by, or the ERROR that refuses it.
    ///
    /// `size` is the file's in bytes. A known option with a value that its RFC does not know is as good as unknown: RFC 2347 has it
    /// left out of the OACK, and the transfer goes on without it.
    package func negotiated(size: UInt64, limits: TransferLimits) -> Result<TransferParameters, TFTPError> {
        var parameters = TransferParameters()
        switch transferMode {
        case .success(let mode): parameters.mode = mode
        case .failure(let error): return .failure(error)
        }

        var met: Set<String> = []
        var granted: [(option: TFTPOption, name: String)] = []
        for option in options {
            // Of repeated ones the first counts, even where its value is the wrong one.
            guard let name = TFTPRequest.known.first(where: option.isNamed), met.insert(name).inserted,
                parameters.grant(name, option, size: size, limits: limits)
            else { continue }
            granted.append((option, name))
        }
        parameters.windowSize = min(parameters.windowSize, max(1, limits.burst / parameters.blockSize))
        // The name as the phone wrote it: some compare it letter by letter.
        parameters.acknowledged = granted.map { TFTPOption(name: $0.option.name, value: parameters.value($0.name, size).utf8) }
        return .success(parameters)
    }

    /// How the bytes are to be sent, or the ERROR that refuses it.
    package var transferMode: Result<TransferParameters.Mode, TFTPError> {
        // RFC 1350 §5: the mode is written in "any combination of upper and lower case".
        switch String(decoding: mode.map(\.lowercased), as: UTF8.self) {
        case "octet": .success(.octet)
        case "netascii": .success(.netascii)
        // RFC 1350 §1: mail is "obsolete and should not be implemented or used".
        case "mail": .failure(TFTPError(.illegalOperation, "mail mode is not served"))
        default: .failure(TFTPError(.illegalOperation, "the mode is neither octet nor netascii"))
        }
    }

    private static let known = ["blksize", "tsize", "timeout", "windowsize"]
}

extension TransferParameters {
    /// Takes an option over; whether it is granted.
    fileprivate mutating func grant(_ name: String, _ option: TFTPOption, size: UInt64, limits: TransferLimits) -> Bool {
        guard let asked = option.number else { return false }
        switch name {
        case "blksize":
            guard TransferParameters.blockSizes.contains(Int(asked)) else { return false }
            // RFC 2348: the server may answer with a smaller value, and with no larger one.
            blockSize = min(Int(asked), limits.blockSize)
        case "tsize":
            // RFC 2349: in a read request "a size of '0' is specified". What netascii makes of a file is longer than the file,
            // and how long is known when all of it was read: so its size is not told.
            guard asked == 0, mode == .octet else { return false }
        case "timeout":
            // RFC 2349: "The specified timeout value must match the value specified by the client": granted whole or not at all.
            guard TransferParameters.timeouts.contains(asked), asked <= UInt32(limits.timeout) else { return false }
            timeout = UInt8(truncatingIfNeeded: asked)
        case "windowsize":
            guard TransferParameters.windowSizes.contains(Int(asked)) else { return false }
            // RFC 7440 §3: the server may answer with a smaller window, and with no larger one.
            windowSize = min(Int(asked), limits.windowSize)
        default: return false
        }
        return true
    }

    /// What the OACK says of an option that was granted.
    fileprivate func value(_ name: String, _ size: UInt64) -> String {
        switch name {
        case "blksize": String(blockSize)
        case "tsize": String(size)
        case "timeout": String(timeout ?? 0)
        default: String(windowSize)
        }
    }
}
