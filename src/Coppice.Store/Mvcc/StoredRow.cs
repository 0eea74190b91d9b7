namespace Coppice.Store.Mvcc;

/// <summary>One version as a medium keeps it; without a value it is a deletion.</summary>
internal readonly record struct StoredRow(string Key, StoredValue? Value, Revision Created, Revision Modified);
