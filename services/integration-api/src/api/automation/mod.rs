pub mod stage_7;
