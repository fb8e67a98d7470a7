import CPostgreSQL

extension DatabaseConnection {
    /// Sends rows to `COPY … FROM STDIN` in the text format.
    package func copy(_ sql: String, _ rows: CopyText) throws(DatabaseError) {
        guard pq.sendQuery(handle, sql) == 1 else { throw broken(.lost(lastWords)) }
        let deadline = self.deadline
        try flush(until: deadline)
        try waitForResult(until: deadline, "copying")
        guard let result = pq.getResult(handle) else { throw broken(.unexpected("no answer to COPY")) }
        defer { pq.clear(result) }
        guard pq.resultStatus(result) == PGRES_COPY_IN else {
            let error = refusal(result)
            _ = try? results(until: deadline, "copying")
            throw error
        }
        var rest = rows.bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(65_536)
            let sent = piece.withUnsafeBytes { bytes in
                pq.putCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            }
            guard sent >= 0 else { throw broken(.lost(lastWords)) }
            if sent == 1 { rest = rest.dropFirst(piece.count) }
            try flush(until: deadline)
        }
        while true {
            let ended = pq.putCopyEnd(handle, nil)
            guard ended >= 0 else { throw broken(.lost(lastWords)) }
            try flush(until: deadline)
            if ended == 1 { break }
        }
        _ = try results(until: deadline, "copying")
    }
}
