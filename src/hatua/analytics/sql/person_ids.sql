-- The anonymous ids that are this person: linked to it, or itself if it is linked to nobody.
SELECT anonymous_id FROM ($links) WHERE linked_user = {person:String}
UNION DISTINCT
SELECT {person:String} WHERE {person:String} NOT IN (SELECT anonymous_id FROM ($links))
