<?php
// phpcs:disable

/** Terms, custom fields, types, templates, parents: what stands beside the text. */
final class PlacementTest extends SiteTestCase {
	private const SITE = '
		add_action( "init", function () {
			register_post_type( "guide", [ "public" => true, "show_in_rest" => false, "hierarchical" => true, "supports" => [ "title", "editor", "custom-fields" ], "taxonomies" => [ "topic" ] ] );
			register_taxonomy( "topic", "guide", [ "public" => true, "hierarchical" => true ] );
		} );
		add_filter( "theme_guide_templates", function ( $t ) { return [ "templates/wide.php" => "Wide" ] + $t; } );';

	private function on_a_site_with_guides( callable $work ) {
		return $this->with_mu_plugin( self::SITE, $work );
	}

	/** Read the terms of a post, of taxonomies too that this process does not know. */
	private function terms_of( int $id ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT term_taxonomy_id FROM $wpdb->term_relationships WHERE object_id = %d", $id ) );
	}

	public function test_a_custom_post_type(): void {
		$n = wp_rand();
		$this->on_a_site_with_guides( function () use ( $n ) {
			$above  = Platform::publish( $this->payload( [ 'post_type' => 'guide' ] ) )['body'];
			$first  = $this->payload( [ 'post_type' => 'guide', 'template' => 'templates/wide.php', 'parent_id' => $above['post_id'], 'sticky' => true, 'categories' => [ "Topic $n" ], 'tags' => [ 'x' ] ] );
			$answer = Platform::publish( $first );
			$id     = $answer['body']['post_id'];
			$this->assertSame( [ 201, [ [ 'tag_unsupported', 'x', '' ], [ 'sticky_unsupported', 'guide', '' ] ] ], [ $answer['status'], $this->warned( $answer ) ], $answer['raw'] );
			$this->assertSame( [ 'guide', $above['post_id'], 'templates/wide.php', false ], [ get_post_type( $id ), get_post( $id )->post_parent, get_post_meta( $id, '_wp_page_template', true ), is_sticky( $id ) ] );
			$this->assertStringContainsString( 'guide', $answer['body']['post_url'] );

			$update = [ 'operation_id' => wp_generate_uuid4(), 'template' => 'templates/gone.php', 'parent_id' => $id, 'sticky' => false, 'tags' => [] ] + $first;
			$answer = Platform::update( $id, $update );
			$this->assertSame( [ 200, [ [ 'template_unknown', 'templates/gone.php', '' ], [ 'parent_unknown', (string) $id, '' ] ] ], [ $answer['status'], $this->warned( $answer ) ], $answer['raw'] );
			$this->assertSame( [ $above['post_id'], 'templates/wide.php' ], [ get_post( $id )->post_parent, get_post_meta( $id, '_wp_page_template', true ) ] );
			$loop = Platform::update( $above['post_id'], [ 'operation_id' => wp_generate_uuid4(), 'content_id' => $above['content_id'], 'parent_id' => $id, 'sticky' => false ] + $first );
			$this->assertContains( [ 'parent_unknown', (string) $id, '' ], $this->warned( $loop ) );
			$this->assertCount( 1, $this->terms_of( $id ) );
			$bare = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'template' => '', 'parent_id' => 0, 'sticky' => false, 'categories' => [], 'tags' => [] ] + $first );
			$this->assertSame( [ 0, '', [], [] ], [ get_post( $id )->post_parent, get_post_meta( $id, '_wp_page_template', true ), $this->terms_of( $id ), $this->warned( $bare ) ] );
		} );
		$unknown = Platform::publish( $this->payload( [ 'post_type' => 'guide' ] ) );
		$this->assertSame( [ 422, [ 'post_type' ] ], [ $unknown['status'], array_column( $unknown['body']['errors'], 'field' ) ] );
	}

	public function test_a_template_the_theme_no_longer_has(): void {
		$payload = $this->payload();
		$id      = Platform::publish( $payload )['body']['post_id'];
		update_post_meta( $id, '_wp_page_template', 'of-another-theme.php' );
		$update = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'template' => 'unknown.php', 'content_html' => 'new' ] + $payload );
		$this->assertSame( [ 200, [ 'template_unknown' ], 'new' ], [ $update['status'], array_column( $update['body']['warnings'], 'code' ), get_post( $id )->post_content ], $update['raw'] );
		$this->assertSame( [ 200, [], 'draft' ], [ ( $move = Platform::move( $id, $payload['content_id'], 'unpublish' ) )['status'], $move['body']['warnings'], get_post_status( $id ) ] );
		$this->assertCount( 2, $this->waiting_events( $id ), 'The save was not left half-way.' );
	}

	public function test_parents_of_flat_types(): void {
		$answer = Platform::publish( $this->payload( [ 'parent_id' => 1 ] ) );
		$this->assertSame( [ 201, [ [ 'parent_unsupported', '1', '' ] ], 0 ], [ $answer['status'], $this->warned( $answer ), get_post( $answer['body']['post_id'] )->post_parent ] );
		$page = Platform::publish( $this->payload( [ 'post_type' => 'page', 'parent_id' => $answer['body']['post_id'] ] ) );
		$this->assertSame( [ 'parent_unknown' ], array_column( $page['body']['warnings'], 'code' ) );
	}

	public function test_mapped_and_missing_terms(): void {
		$n      = wp_rand();
		$top    = wp_insert_term( "Top $n", 'category' )['term_id'];
		$nested = wp_insert_term( "Nested $n", 'category', [ 'parent' => $top ] )['term_id'];
		$tag    = wp_insert_term( "Renamed $n", 'post_tag' )['term_id'];
		$payload = $this->payload( [ 'categories' => [ "Top $n > Nested $n", "Ours $n", "None $n" ], 'category_ids' => [ "Ours $n" => $top ], 'tags' => [ "ours $n", "none $n", "dead $n" ], 'tag_ids' => [ "ours $n" => $tag, "dead $n" => 987654321 ], 'missing_terms' => 'skip' ] );
		$answer  = Platform::publish( $payload );
		$id      = $answer['body']['post_id'];
		$this->assertEqualsCanonicalizing( [ $top, $nested ], wp_get_post_terms( $id, 'category', [ 'fields' => 'ids' ] ) );
		$this->assertSame( [ $tag ], wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'ids' ] ) );
		$this->assertSame( [ [ 'category_missing', "None $n", 'terms' ], [ 'tag_missing', "none $n", 'terms' ], [ 'tag_missing', "dead $n", 'terms' ] ], $this->warned( $answer ) );
		$this->assertNull( term_exists( "None $n", 'category' ) );

		$made = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'categories' => [ "Nested $n", "Top $n > Deep $n" ], 'tags' => [ "dead $n" ], 'missing_terms' => 'create' ] + $payload );
		$this->assertSame( [], $made['body']['warnings'], $made['raw'] );
		$deep = get_term_by( 'name', "Deep $n", 'category' );
		$this->assertEqualsCanonicalizing( [ $nested, $deep->term_id ], wp_get_post_terms( $id, 'category', [ 'fields' => 'ids' ] ), 'A name alone finds the only term that has it.' );
		$this->assertSame( [ $top, [ "dead $n" ] ], [ $deep->parent, wp_get_post_terms( $id, 'post_tag', [ 'fields' => 'names' ] ) ] );
	}

	public function test_custom_fields_through_acf(): void {
		$acf     = "require '" . __DIR__ . "/fixtures/acf-stand-in.php';";
		$fields  = [ [ 'key' => 'price', 'via' => 'acf', 'value' => 12.5 ], [ 'key' => 'field_flag', 'via' => 'acf', 'value' => false ], [ 'key' => 'boxes', 'via' => 'acf', 'value' => [ 'a\\b', 'c' ] ], [ 'key' => 'short', 'via' => 'acf', 'value' => 'too long' ], [ 'key' => 'plain', 'via' => 'meta', 'value' => 'p' ], [ 'key' => '_hidden', 'via' => 'acf', 'value' => 'x' ], [ 'key' => 'empty', 'via' => 'meta', 'value' => null ] ];
		$payload = $this->payload( [ 'fields' => $fields, 'meta' => [ 'colour' => 'red' ] ] );
		$answer  = $this->with_mu_plugin( $acf, function () use ( $payload ) { return Platform::publish( $payload ); } );
		$id      = $answer['body']['post_id'];
		$this->assertSame( [ [ 'field_refused', '_hidden', '' ], [ 'field_changed', 'short', 'fields' ] ], $this->warned( $answer ), $answer['raw'] );
		$read    = function () use ( $id ) { return array_map( function ( $key ) use ( $id ) { return get_post_meta( $id, $key, true ); }, [ 'price', '_price', 'flag', 'boxes', 'short', 'plain', 'colour', '_hidden' ] ); };
		$this->assertSame( [ '12.5', 'field_price', '', [ 'a\\b', 'c' ], 'too', 'p', 'red', '' ], $read() );

		add_post_meta( $id, '_hidden', 'theirs' );
		add_post_meta( $id, 'theirs', 'kept' );
		$update = [ 'operation_id' => wp_generate_uuid4(), 'fields' => [ [ 'key' => 'plain', 'via' => 'acf', 'value' => 'q' ] ], 'meta' => [] ] + $payload;
		$answer = $this->with_mu_plugin( $acf, function () use ( $id, $update ) { return Platform::update( $id, $update ); } );
		$this->assertSame( [ '', '', '', '', '', 'q', '', 'theirs' ], $read(), $answer['raw'] );
		$this->assertSame( 'kept', get_post_meta( $id, 'theirs', true ) );

		$without = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'fields' => [ [ 'key' => 'price', 'via' => 'acf', 'value' => 'r\\s' ] ] ] + $payload );
		$this->assertSame( [ [ [ 'acf_missing', 'price', '' ] ], 'r\\s', '' ], [ $this->warned( $without ), get_post_meta( $id, 'price', true ), get_post_meta( $id, 'plain', true ) ] );
	}

	public function test_a_person_s_sticky_post(): void {
		$payload = $this->payload( [ 'sticky' => true ] );
		$id      = Platform::publish( $payload )['body']['post_id'];
		$this->assertTrue( is_sticky( $id ) );
		Platform::update( $id, [ 'operation_id' => wp_generate_uuid4() ] + array_diff_key( $payload, [ 'sticky' => 0 ] ) );
		$this->assertFalse( is_sticky( $id ) );
	}
}
