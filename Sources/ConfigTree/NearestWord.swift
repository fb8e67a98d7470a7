/// The known word that a mistyped one most likely meant: the least number of inserted, deleted, replaced or swapped letters, and no
/// more than a third of its length; `nil` where none is near.
package func nearest(to word: String, in known: [String]) -> String? {
    let scored = known.map { (distance(word.lowercased(), $0.lowercased()), $0) }
    guard let best = scored.min(by: { $0 < $1 }), best.0 <= max(1, best.1.count / 3) else { return nil }
    return best.1
}

/// The optimal string alignment distance.
private func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.prefix(64).utf8)
    let b = Array(right.prefix(64).utf8)
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var least = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
            row.append(least)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
