ALTER TABLE $table
    UPDATE retention_days = {days:UInt16}
    WHERE project_id = {project_id:String} AND retention_days != {days:UInt16}
