using System.Security.Cryptography;
using Microsoft.ML;

namespace MLNetWsss.Outsider;

/// <summary>SHA-256 of rows: two runs, or two processes, agree to the bit if and only if their digests are equal.</summary>
internal static class RowDigest
{
    /// <summary>One digest over all rows, in their order.</summary>
    internal static string Of(IDataView view, params string[] columns) =>
        Convert.ToHexString(SHA256.HashData([.. Rows(view, columns).SelectMany(System.Text.Encoding.ASCII.GetBytes)]));

    /// <summary>One digest a row.</summary>
    internal static IReadOnlyList<string> Rows(IDataView view, params string[] columns)
    {
        var found = columns.Select(name => view.Schema[name]).ToArray();
        using var cursor = view.GetRowCursor(found);
        var readers = found.Select(column => RowValues.Reader(cursor, column)).ToArray();
        var rows = new List<string>();
        while (cursor.MoveNext())
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var read in readers)
                digest.AppendData(RowValues.Bytes(read()));
            rows.Add(Convert.ToHexString(digest.GetHashAndReset()));
        }
        return rows;
    }
}
