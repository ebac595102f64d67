-- Persons that an identify event gave a trait with the text.
SELECT person_key
FROM ($identified)
WHERE arrayExists(
    trait -> positionCaseInsensitiveUTF8(trait.2, {search:String}) > 0,
    JSONExtractKeysAndValues(properties, 'String'))
